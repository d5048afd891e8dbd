"""The parts of a model that cuts while it learns: a body that reads bytes, blocks over chunks, and what reads on."""

import math
from collections.abc import Callable

import torch
from torch import Tensor, nn

from core.segmenters.build.torch_trunk import TorchBlock, TorchTrunk, torch_normed
from core.segmenters.trunk import START, gram_rows, symbols_of

WIDTH, INNER = 128, 192
READING, MIDDLE, HEADS = 3, 2, 4  # blocks, and heads of those in the middle
CHUNKED_RATE = 2e-3
ROWS, LENGTH, SEED = 16, 128, 11


class OverChunks(nn.Module):
    """One block of the middle: each chunk looks at those before it, then a gated pair of matrices."""

    def __init__(self) -> None:
        super().__init__()
        self.look = nn.Parameter(torch.randn(WIDTH, 3 * WIDTH) / WIDTH**0.5)
        self.out = nn.Parameter(torch.zeros(WIDTH, WIDTH))
        self.mixed = TorchBlock(WIDTH, INNER, 1)

    def forward(self, x: Tensor) -> Tensor:
        """What it makes of (B, J, D)."""
        parts = (torch_normed(x) @ self.look).reshape(*x.shape[:2], 3, HEADS, -1).permute(2, 0, 3, 1, 4)
        seen = nn.functional.scaled_dot_product_attention(parts[0], parts[1], parts[2], is_causal=True)
        looked: Tensor = self.mixed(x + seen.transpose(1, 2).flatten(2) @ self.out)
        return looked


class ChunkedModel(nn.Module):
    """The parts; each kind says where chunks are and how their states come back to the bytes."""

    def __init__(self) -> None:
        super().__init__()
        self.trunk = TorchTrunk(WIDTH, INNER, READING, 0)  # no n-grams: they know the next byte without chunks
        self.middle = nn.ModuleList(OverChunks() for _ in range(MIDDLE))
        self.after = TorchBlock(WIDTH, INNER, 1)
        self.head = nn.Parameter(torch.zeros(WIDTH, START))

    def over_chunks(self, chunks: Tensor) -> Tensor:
        """States (B, J, D) of chunks, each of it and those before."""
        for block in self.middle:
            chunks = block(chunks)
        return torch_normed(chunks)

    def read_on(self, states: Tensor) -> Tensor:
        """Logits of the next byte."""
        logits: Tensor = torch_normed(self.after(states)) @ self.head
        return logits


def next_byte_loss(logits: Tensor, targets: Tensor) -> Tensor:
    """Nats per byte; a start symbol is not foretold."""
    wanted = torch.where(targets == START, -100, targets).flatten()
    return nn.functional.cross_entropy(logits.flatten(0, 1), wanted, ignore_index=-100)


def text_bits(logits_of: Callable[[Tensor, Tensor], Tensor], text: str) -> float:
    """Bits that a model needs for a text.

    Args:
        logits_of: symbols (1, T) and their n-gram rows, (1, T, 256).
    """
    symbols = symbols_of(text.encode())[None]
    with torch.no_grad():
        logits = logits_of(torch.from_numpy(symbols[:, :-1]), torch.from_numpy(gram_rows(symbols[:, :-1])))
        nats = float(next_byte_loss(logits, torch.from_numpy(symbols[:, 1:])))
    return float(nats * (symbols.shape[1] - 1) / math.log(2))


def progress(name: str, loss: Tensor, b: Tensor) -> str:
    """How far a model is, in words."""
    bits, chunk = float(loss.detach()) / 0.6931, 1 / max(1e-3, float(b.detach().float().mean()))
    return f"{name}: {bits:.3f} bits per byte, {chunk:.2f} bytes per chunk"
