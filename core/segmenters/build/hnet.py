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

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor, nn

from core.segmenters.build.chunked import (
    CHUNKED_RATE,
    LENGTH,
    ROWS,
    WIDTH,
    ChunkedModel,
    next_byte_loss,
    progress,
)
from core.segmenters.build.routing import TorchRouter, chunked, picked, ratio_loss, smoothed, sureness
from core.segmenters.build.steps import train
from core.segmenters.build.text import batches
from core.segmenters.build.torch_trunk import adam
from core.segmenters.families.hnet import THRESHOLD
from core.segmenters.trunk import START

STEPS, ROUTER_STEPS = 600, 250  # in all, and of body and router
SEED = 3
RATIO = 5.0  # bytes per chunk that are aimed at
RATIO_WEIGHT = 0.03


class TorchHNet(ChunkedModel):
    """One stage."""

    def __init__(self) -> None:
        super().__init__()
        self.router = TorchRouter()
        self.past = nn.Parameter(torch.zeros(WIDTH, WIDTH))
        self.threshold = 0.5

    def hold_router(self, threshold: float) -> None:
        """Body and router learn no more, and cut over this threshold."""
        self.threshold = threshold
        for part in (*self.trunk.parameters(), *self.router.parameters()):
            part.requires_grad_(False)

    def forward(self, symbols: Tensor, rows: Tensor) -> tuple[Tensor, Tensor, Tensor]:
        """(logits of the next byte, p, b), (B, T, 256), (B, T), (B, T)."""
        states = self.trunk(symbols, rows)
        p = torch.cat([torch.ones(len(symbols), 1), self.router(states)], 1)
        p = torch.where(symbols == START, 1.0, p)
        b = p > self.threshold
        at, where, _ = chunked(b)
        smooth = smoothed(self.over_chunks(picked(states, where)), p.gather(1, where))
        logits = self.read_on(picked(smooth, at) * sureness(p, b) + states @ self.past)
        return logits, p, b


def train_hnet(texts: Mapping[str, Sequence[str]], steps: int = STEPS, seed: int = SEED) -> TorchHNet:
    """The trained model."""
    torch.manual_seed(seed)
    model = TorchHNet()

    def objective(step: int, batch: Sequence[Tensor]) -> tuple[Tensor, str]:
        if step == ROUTER_STEPS:
            model.hold_router(THRESHOLD)  # at which the ratio is met
        symbols, rows = batch
        logits, p, b = model(symbols[:, :-1], rows[:, :-1])
        loss = next_byte_loss(logits, symbols[:, 1:])
        return loss + RATIO_WEIGHT * ratio_loss(p, b, RATIO), progress("H-Net", loss, b)

    train(adam(model, CHUNKED_RATE), batches(texts, ROWS, LENGTH, seed), steps, objective)
    return model


def router_of(model: TorchHNet) -> dict[str, Tensor]:
    """What boundaries need, in float16."""
    parts = {**dict(model.trunk.named_parameters()), "query": model.router.query, "key": model.router.key}
    return {name: array.detach().half() for name, array in parts.items()}
