"""Trains a small H-Net of two stages: chunks of bytes, and chunks of those chunks.

    h¹ = trunk(bytes),        p¹, b¹ by a router over bytes
    h² = blocks(h¹ where b¹), p², b² by a router over chunks
    ỹ² = EMA(middle(h² where b²), p²) STE + h² R²          read on by a block over chunks
    y¹ = EMA(ỹ², p¹) STE + h¹ R¹                           read on by a block over bytes
    L = CE + w (L_ratio(p¹, b¹, N¹) + L_ratio(p², b², N²))

Source: Hwang, Wang and Gu 2025, who aim at three bytes a chunk and three of those a chunk of the second stage. Ours:
the body and its size, a ratio for each row, and that what cuts stops learning before what reads the chunks does; it
then cuts over the thresholds that meet both ratios on text like that it learnt from.
"""

from collections.abc import Iterator, Mapping, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from core.segmenters.build.chunked import (
    CHUNKED_RATE,
    INNER,
    LENGTH,
    ROWS,
    WIDTH,
    ChunkedModel,
    next_byte_loss,
    progress,
)
from core.segmenters.build.routing import TorchRouter, chunked, picked, ratio_loss, smoothed, sureness
from core.segmenters.build.steps import train
from core.segmenters.build.text import CODE, batches
from core.segmenters.build.torch_trunk import TorchBlock, adam, torch_normed
from core.segmenters.trunk import DILATIONS, START

STEPS, ROUTER_STEPS = 450, 250  # in all, and of what cuts
SEED = 3
RATIOS = (3.0, 3.0)  # bytes per chunk, and chunks per chunk of chunks
RATIO_WEIGHT = 0.03
OVER_CHUNKS = 2  # blocks of the second stage before its router
_BATCHES = 60  # that thresholds are found on


class TorchHNet2(ChunkedModel):
    """Two stages."""

    def __init__(self) -> None:
        super().__init__()
        self.routers = nn.ModuleList([TorchRouter(), TorchRouter()])
        self.second = nn.ModuleList(TorchBlock(WIDTH, INNER, DILATIONS[n]) for n in range(OVER_CHUNKS))
        self.past = nn.Parameter(torch.zeros(2, WIDTH, WIDTH))
        self.after_second = TorchBlock(WIDTH, INNER, 1)
        self.thresholds = torch.tensor([0.5, 0.5])

    def hold_routers(self, thresholds: Tensor) -> None:
        """What cuts learns no more, and cuts over these."""
        self.thresholds = thresholds
        for part in (*self.trunk.parameters(), *self.routers.parameters(), *self.second.parameters()):
            part.requires_grad_(False)

    def first(self, symbols: Tensor, rows: Tensor) -> tuple[Tensor, Tensor]:
        """(states of bytes, p that a chunk starts there), (B, T, D) and (B, T)."""
        states = self.trunk(symbols, rows)
        p = torch.cat([torch.ones(len(symbols), 1), self.routers[0](states)], 1)
        return states, torch.where(symbols == START, 1.0, p)

    def of_chunks(self, states: Tensor, starts: Tensor, where: Tensor) -> tuple[Tensor, Tensor]:
        """(states of chunks, p that a chunk of chunks starts there), (B, J, D) and (B, J).

        Args:
            starts: whether each byte begins a text, (B, T).
            where: chunks start, (B, J).
        """
        x = picked(states, where)
        for block in self.second:
            x = block(x)
        x = torch_normed(x)
        p = torch.cat([torch.ones(len(x), 1), self.routers[1](x)], 1)
        return x, torch.where(starts.gather(1, where), 1.0, p)

    def forward(self, symbols: Tensor, rows: Tensor) -> tuple[Tensor, tuple[Tensor, ...], tuple[Tensor, ...]]:
        """(logits of the next byte, (p, b) of bytes, (p, b, there) of chunks)."""
        states, p = self.first(symbols, rows)
        b = p > self.thresholds[0]
        at, where, there = chunked(b)
        chunks, p2 = self.of_chunks(states, symbols == START, where)
        b2 = (p2 > self.thresholds[1]) & there
        at2, where2, _ = chunked(b2)
        smooth2 = smoothed(self.over_chunks(picked(chunks, where2)), p2.gather(1, where2))
        read = self.after_second(picked(smooth2, at2) * sureness(p2, b2) + chunks @ self.past[1])
        smooth = smoothed(torch_normed(read), p.gather(1, where))
        logits = self.read_on(picked(smooth, at) * sureness(p, b) + states @ self.past[0])
        return logits, (p, b), (p2, b2, there)


def train_hnet2(texts: Mapping[str, Sequence[str]], steps: int = STEPS, seed: int = SEED) -> TorchHNet2:
    """The trained model."""
    torch.manual_seed(seed)
    model = TorchHNet2()

    def objective(step: int, batch: Sequence[Tensor]) -> tuple[Tensor, str]:
        if step == ROUTER_STEPS:
            model.hold_routers(met_thresholds(model, texts, seed))
        symbols, rows = batch
        logits, (p, b), (p2, b2, there) = model(symbols[:, :-1], rows[:, :-1])
        loss = next_byte_loss(logits, symbols[:, 1:])
        held = ratio_loss(p, b, RATIOS[0]) + ratio_loss(p2, b2, RATIOS[1], there)
        said = f"{progress('H-Net of two stages', loss, b)}, {_per_chunk(b2, there):.2f} of those"
        return loss + RATIO_WEIGHT * held, said

    train(adam(model, CHUNKED_RATE), batches(texts, ROWS, LENGTH, seed), steps, objective)
    return model


def _per_chunk(b2: Tensor, there: Tensor) -> float:
    return float(there.sum() / b2.sum())


def met_thresholds(model: TorchHNet2, texts: Mapping[str, Sequence[str]], seed: int) -> Tensor:
    """Thresholds over which as many bytes, and then as many chunks, lie as the ratios say, without code: (2,)."""
    languages = {name: lines for name, lines in texts.items() if name != CODE}

    def read() -> Iterator[tuple[Tensor, Tensor, Tensor]]:
        stream: Iterator[tuple[NDArray[np.int64], NDArray[np.int64]]] = batches(languages, ROWS, LENGTH, seed + 1)
        for _ in range(_BATCHES):
            symbols, rows = (torch.from_numpy(array) for array in next(stream))
            yield symbols, *model.first(symbols, rows)

    with torch.no_grad():
        over = torch.cat([p.flatten() for _, _, p in read()]).quantile(1 - 1 / RATIOS[0])
        found = []
        for symbols, states, p in read():
            _, where, there = chunked((p > over) | (torch.arange(p.shape[1]) == 0))
            found.append(model.of_chunks(states, symbols == START, where)[1][there])
        return torch.stack([over, torch.cat(found).quantile(1 - 1 / RATIOS[1])])


def routers_of(model: TorchHNet2) -> dict[str, Tensor]:
    """What boundaries need, in float16 but for the thresholds."""
    parts = {
        **dict(model.trunk.named_parameters()),
        **{f"second.{name}": array for name, array in model.second.named_parameters()},
        **{f"routers.{name}": array for name, array in model.routers.named_parameters()},
    }
    return {name: array.detach().half() for name, array in parts.items()} | {"thresholds": model.thresholds}
