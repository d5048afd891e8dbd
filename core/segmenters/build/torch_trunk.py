"""The body of the shipped segmenters in torch, to train it; `core.segmenters.trunk` says what it computes."""

import torch
from torch import Tensor, nn

from core.segmenters.trunk import DILATIONS, EPSILON, GRAM_ROWS, KERNEL, ORDERS, START

RATE = 4e-3


class TorchBlock(nn.Module):
    """One block: a dilated causal convolution by channel, and a gated pair of matrices."""

    def __init__(self, width: int, inner: int, dilation: int) -> None:
        super().__init__()
        self.dilation = dilation
        self.scale = nn.Parameter(torch.ones(width))
        self.conv = nn.Parameter(torch.randn(KERNEL, width) * 0.5 / KERNEL**0.5)
        self.up = nn.Parameter(torch.randn(width, 2 * inner) / width**0.5)
        self.down = nn.Parameter(torch.zeros(inner, width))

    def forward(self, x: Tensor) -> Tensor:
        """What it makes of (B, T, D)."""
        seen = torch_normed(x) * self.scale
        looked = seen * self.conv[0]
        for k in range(1, KERNEL):
            back = k * self.dilation
            if back < seen.shape[1]:
                looked = looked + nn.functional.pad(seen[:, :-back], (0, 0, back, 0)) * self.conv[k]
        value, gate = (looked @ self.up).chunk(2, -1)
        return x + (value * nn.functional.silu(gate)) @ self.down


class TorchTrunk(nn.Module):
    """Bytes to states.

    Args:
        width: of the states.
        inner: of the gated layer.
        n_blocks: how many, at most as many as there are dilations.
        gram_width: of the rows of an n-gram.
    """

    def __init__(self, width: int, inner: int, n_blocks: int, gram_width: int) -> None:
        super().__init__()
        self.bytes = nn.Parameter(torch.randn(START + 1, width) * 0.5)
        self.grams = nn.Parameter(torch.randn(len(ORDERS), GRAM_ROWS, gram_width) * 0.1)
        read = width + len(ORDERS) * gram_width
        self.mix = nn.Parameter(torch.randn(read, width) / width**0.5)
        self.blocks = nn.ModuleList(TorchBlock(width, inner, DILATIONS[i]) for i in range(n_blocks))
        self.scale = nn.Parameter(torch.ones(width))

    def forward(self, symbols: Tensor, rows: Tensor) -> Tensor:
        """States (B, T, D) of symbols (B, T) and rows (B, T, 4)."""
        grams = [self.grams[n][rows[..., n]] for n in range(len(ORDERS))]
        x = torch.cat([self.bytes[symbols], *grams], -1) @ self.mix
        for block in self.blocks:
            x = block(x)
        return torch_normed(x) * self.scale


def adam(module: nn.Module, rate: float = RATE) -> list[torch.optim.Optimizer]:
    """Adam for all weights. Muon, tried first, took 2.5 s a step on a CPU whose bfloat16 is slow."""
    made = torch.optim.AdamW(module.parameters(), lr=rate, betas=(0.9, 0.98), weight_decay=0.0)
    for group in made.param_groups:
        group["usual_lr"] = group["lr"]
    return [made]


def torch_normed(x: Tensor) -> Tensor:
    """Rows of root mean square 1."""
    return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + EPSILON)
