"""Trains a small H-Net of one stage: it learns where chunks start by what that is worth to the next byte.

    p_t = (1 - cos(Wq h_{t-1}, Wk h_t)) / 2,  p_1 = 1,  b_t = [p_t > .5]
    z̃_j = P_j z_j + (1 - P_j) z̃_{j-1}
    y_t = z̃_{chunk(t)} STE(c_t) + h_t R,  c_t = p_t if b_t else 1 - p_t
    L_ratio = N/(N-1) ((N-1) F G + (1-F)(1-G)),  F = mean b, G = mean p

Source: Hwang, Wang and Gu 2025. Ours: the body and its size; a ratio for each row; the seed, one of three; and that
what cuts stops learning before what reads the chunks does.

In so few steps the ratio is what moves the router, and it pushes down the p of frequent pairs of bytes first: letter
to space and space to letter. What that leaves differs by seed: of the chunks of English there started at white space or
behind it, where 31 % of bytes lie, 38 % with seed 3 and 13 % with seed 5 after 130 steps, and with seed 11 42 % after
200 and 36 % after 400. A weight of .1 took English alone from 39 % to 29 % (seed 11, 400 steps); a ratio of all rows
together let English have chunks of 7.6 bytes and Russian of 2.6.
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
    WIDTH,
    ChunkedModel,
    next_byte_loss,
    progress,
)
from core.segmenters.build.text import batches
from core.segmenters.build.torch_trunk import adam
from core.segmenters.families.hnet import THRESHOLD
from core.segmenters.trunk import START, gram_rows, symbols_of

STEPS, ROUTER_STEPS = 600, 250  # in all, and of body and router
SEED = 3
RATIO = 5.0  # bytes per chunk that are aimed at
RATIO_WEIGHT = 0.03


class TorchHNet(ChunkedModel):
    """One stage."""

    def __init__(self) -> None:
        super().__init__()
        self.query = nn.Parameter(torch.eye(WIDTH))
        self.key = nn.Parameter(torch.eye(WIDTH))
        self.past = nn.Parameter(torch.zeros(WIDTH, WIDTH))
        self.threshold = 0.5

    def hold_router(self) -> None:
        """Body and router learn no more, and cut over the threshold at which the ratio is met."""
        self.threshold = THRESHOLD
        for part in (*self.trunk.parameters(), self.query, self.key):
            part.requires_grad_(False)

    def forward(self, symbols: Tensor, rows: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(logits of the next byte, p, b), (B, T, 256), (B, T), (B, T)."""
        states = self.trunk(symbols, rows)
        p = torch.ones(symbols.shape)
        cosine = nn.functional.cosine_similarity(states[:, :-1] @ self.query, states[:, 1:] @ self.key, dim=-1)
        p = torch.cat([p[:, :1], ((1 - cosine) / 2).clamp(0, 1)], 1)
        p = torch.where(symbols == START, 1.0, p)
        b = p > self.threshold
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
    """Least where one byte in `RATIO` starts a chunk, in each row, so that no language lends its chunks to another."""
    hard, soft = b.float().mean(1), p.mean(1)
    return (RATIO / (RATIO - 1) * ((RATIO - 1) * hard * soft + (1 - hard) * (1 - soft))).mean()


def train_hnet(texts: Mapping[str, Sequence[str]], steps: int = STEPS) -> TorchHNet:
    """The trained model."""
    torch.manual_seed(SEED)
    model = TorchHNet()
    moving, stream = adam(model, CHUNKED_RATE), batches(texts, ROWS, LENGTH, SEED)
    for step in range(steps):
        slow_down(moving, share_of_rate(step, steps, 20, 0.5))
        symbols, rows = (torch.from_numpy(array) for array in next(stream))
        if step == ROUTER_STEPS:
            model.hold_router()
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
