"""Trains a small H-Net of one stage: it learns where chunks start by what that is worth to the next byte.

    p_t = (1 - cos(Wq h_{t-1}, Wk h_t)) / 2,  p_1 = 1,  b_t = [p_t > .5]
    z̃_j = P_j z_j + (1 - P_j) z̃_{j-1}
    y_t = z̃_{chunk(t)} STE(c_t) + h_t R,  c_t = p_t if b_t else 1 - p_t
    L_ratio = N/(N-1) ((N-1) F G + (1-F)(1-G)),  F = mean b, G = mean p

Source: Hwang, Wang and Gu 2025. Ours: the body, its size, and the weight of the ratio.
"""

import math
from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from core.common.progress import report
from core.models.build.optimisers import go, share_of_rate, slow_down
from core.segmenters.build.chunked import (
    CHUNKED_RATE,
    LENGTH,
    ROWS,
    SEED,
    STEPS,
    WIDTH,
    ChunkedModel,
    next_byte_loss,
    progress,
)
from core.segmenters.build.text import batches
from core.segmenters.build.torch_trunk import adam
from core.segmenters.trunk import START, gram_rows, symbols_of

RATIO = 5.0  # bytes per chunk that are aimed at
RATIO_WEIGHT = 0.1  # .03 with the authors, whose models learn a thousand times as long


class TorchHNet(ChunkedModel):
    """One stage."""

    def __init__(self) -> None:
        super().__init__()
        self.query = nn.Parameter(torch.eye(WIDTH))
        self.key = nn.Parameter(torch.eye(WIDTH))
        self.past = nn.Parameter(torch.zeros(WIDTH, WIDTH))

    def forward(self, symbols: Tensor, rows: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(logits of the next byte, p, b), (B, T, 256), (B, T), (B, T)."""
        states = self.trunk(symbols, rows)
        p = torch.ones(symbols.shape)
        cosine = nn.functional.cosine_similarity(states[:, :-1] @ self.query, states[:, 1:] @ self.key, dim=-1)
        p = torch.cat([p[:, :1], ((1 - cosine) / 2).clamp(0, 1)], 1)
        p = torch.where(symbols == START, 1.0, p)
        b = p > 0.5
        at = b.cumsum(1) - 1  # the chunk of each byte
        n = int(at.max()) + 1
        where = torch.zeros(len(b), n, dtype=torch.long)
        each, place = b.nonzero(as_tuple=True)
        where[each, at[each, place]] = place
        chunks = self.over_chunks(_picked(states, where))
        smooth = _smoothed(chunks, p.gather(1, where))
        sure = torch.where(b, p, 1 - p)
        sure = sure + (1 - sure).detach()
        logits = self.read_on(_picked(smooth, at) * sure[..., None] + states @ self.past)
        return logits, p, b


def _picked(states: Tensor, at: Tensor) -> Tensor:
    return states.gather(1, at[..., None].expand(-1, -1, states.shape[-1]))


def _smoothed(chunks: Tensor, p: Tensor) -> Tensor:
    """The moving average of chunks, each taken in by its own probability; the first whole."""
    keep = torch.log1p(-p.clamp(0, 1 - 1e-4))
    total = keep.cumsum(1)
    weight = total[:, :, None] - total[:, None, :]  # of chunk i in state j: what those between leave
    later = torch.ones(p.shape[1], p.shape[1]).tril().bool()
    share = torch.where(later, weight, -torch.inf).exp() * p[:, None, :]
    return share @ chunks


def ratio_loss(p: Tensor, b: Tensor) -> Tensor:
    """Least where one byte in `RATIO` starts a chunk."""
    hard, soft = b.float().mean(), p.mean()
    return RATIO / (RATIO - 1) * ((RATIO - 1) * hard * soft + (1 - hard) * (1 - soft))


def train_hnet(texts: Mapping[str, Sequence[str]], steps: int = STEPS) -> TorchHNet:
    """The trained model."""
    torch.manual_seed(SEED)
    model = TorchHNet()
    moving, stream = adam(model, CHUNKED_RATE), batches(texts, ROWS, LENGTH, SEED)
    for step in range(steps):
        slow_down(moving, share_of_rate(step, steps, 20, 0.5))
        symbols, rows = (torch.from_numpy(array) for array in next(stream))
        logits, p, b = model(symbols[:, :-1], rows[:, :-1])
        loss = next_byte_loss(logits, symbols[:, 1:])
        go(moving, loss + RATIO_WEIGHT * ratio_loss(p, b))
        report(step + 1, steps, progress("H-Net", loss, b))
    return model


def hnet_bits(model: TorchHNet, text: str) -> float:
    """Bits that the model needs for a text."""
    symbols = symbols_of(text.encode())[None]
    with torch.no_grad():
        logits = model(torch.from_numpy(symbols[:, :-1]), torch.from_numpy(gram_rows(symbols[:, :-1])))[0]
        nats = float(next_byte_loss(logits, torch.from_numpy(symbols[:, 1:])))
    return float(nats * (symbols.shape[1] - 1) / math.log(2))


def router_of(model: TorchHNet) -> dict[str, Tensor]:
    """What boundaries need, in float16."""
    parts = {**dict(model.trunk.named_parameters()), "query": model.query, "key": model.key}
    return {name: array.detach().half() for name, array in parts.items()}
