"""A model on BPE of the same size as a segmenter, which learns from the same text for the same time."""

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray
from tokenizers import Tokenizer
from torch import Tensor, nn

from core.common.numbers import count
from core.common.progress import report
from core.models.build.optimisers import go, slow_down
from core.segmenters.build.chunked import CHUNKED_RATE, INNER, LENGTH, ROWS, WIDTH, OverChunks
from core.segmenters.build.text import documents
from core.segmenters.build.torch_trunk import TorchBlock, adam, torch_normed
from core.segmenters.live.learner import Texts
from core.segmenters.live.recipe import SLICES, BpeBeside, LearningRecipe
from core.training.train import trained
from core.training.trainer import NotMakeable

_LOOKING = 2  # blocks that look at all tokens before
_LEAST_VOCABULARY = 300
_TOKENS = LENGTH // 3  # of a row: about as much text as the segmenter's


class TorchBpeModel(nn.Module):
    """Tokens to the next token; entry V stands for the start of a text."""

    def __init__(self, n_vocabulary: int) -> None:
        super().__init__()
        self.rows = nn.Parameter(torch.randn(n_vocabulary + 1, WIDTH) * 0.5)
        self.before = TorchBlock(WIDTH, INNER, 1)
        self.looking = nn.ModuleList(OverChunks() for _ in range(_LOOKING))
        self.after = TorchBlock(WIDTH, INNER, 1)
        self.head = nn.Parameter(torch.zeros(WIDTH, n_vocabulary))

    def forward(self, ids: Tensor) -> Tensor:
        """Logits of the next token, (B, T, V)."""
        x = self.before(self.rows[ids])
        for block in self.looking:
            x = block(x)
        logits: Tensor = torch_normed(self.after(x)) @ self.head
        return logits


def entries_for(n_parameters: int) -> int:
    """Entries with which the model is as large, to the next whole one.

    >>> model = TorchBpeModel(entries_for(700_000))
    >>> abs(parameters(model) - 700_000) <= WIDTH
    True
    """
    fixed = parameters(TorchBpeModel(0))
    return max(_LEAST_VOCABULARY, round((n_parameters - fixed) / (2 * WIDTH)))


def parameters(model: nn.Module) -> int:
    """How many it has."""
    return sum(array.numel() for array in model.parameters())


def learn_beside(
    recipe: LearningRecipe,
    n_parameters: int,
    texts: Texts,
    apart: Sequence[str],
    here: Callable[[Path], Path] = lambda path: path,
) -> BpeBeside:
    """The model, judged on the lines kept apart after each slice of its time.

    Args:
        n_parameters: of the segmenter.
    """
    n = entries_for(n_parameters)
    try:  # pairs that stand once count too, or a short text has not enough
        made = trained(replace(recipe.text, options=replace(recipe.text.options, vocab=n, min_frequency=1)), here)
    except NotMakeable:
        empty, why = np.empty(0, np.float64), f"The text has too few pairs for {count(n)} entries. Give more text."
        return BpeBeside(n, 0, empty, empty, empty, 0, why)
    tokenizer, spent = Tokenizer.from_str(made.data.tobytes().decode()), made.seconds
    torch.manual_seed(recipe.text.seed)
    model = TorchBpeModel(n)
    moving, steps, n_read = adam(model, CHUNKED_RATE), 0, 0
    stream = _batches(tokenizer, n, texts, recipe.text.seed)
    seconds, curve = list[float](), list[float]()
    n_bytes, bits = sum(len(line.encode()) for line in apart), np.empty(0)
    for place in range(1, SLICES + 1):
        while spent < recipe.seconds * place / SLICES:
            start, share = time.process_time(), spent / recipe.seconds
            slow_down(moving, min(1.0, (steps + 1) / 20, (1 - share) / 0.5))
            ids, read = next(stream)
            logits = model(torch.from_numpy(ids[:, :-1]))
            wanted = torch.from_numpy(np.where(ids[:, 1:] == n, -100, ids[:, 1:])).flatten()
            go(moving, nn.functional.cross_entropy(logits.flatten(0, 1), wanted, ignore_index=-100))
            steps, n_read, spent = steps + 1, n_read + read, spent + time.process_time() - start
        bits = np.array([_bits(model, tokenizer, n, line) for line in apart])
        seconds.append(spent)
        curve.append(float(bits.sum() / n_bytes))
        report(place, SLICES, f"BPE: {curve[-1]:.2f} bits per byte after {spent:.0f} s")
    return BpeBeside(n, parameters(model), np.array(seconds), np.array(curve), bits, n_read)


def _batches(tokenizer: Tokenizer, start: int, texts: Texts, seed: int) -> Iterator[tuple[NDArray[np.int64], int]]:
    """Tokens (rows, T + 1) without end, documents one behind the other, and how many bytes they are."""
    stream, size = documents(texts, seed), ROWS * (_TOKENS + 1)
    kept, widths = list[int](), list[int]()
    while True:
        while len(kept) < size:
            text = next(stream)
            found = tokenizer.encode(text, add_special_tokens=False)
            kept += [start, *found.ids]
            widths += [0, *(len(text[a:b].encode()) for a, b in found.offsets)]
        yield np.array(kept[:size], np.int64).reshape(ROWS, -1), sum(widths[:size])
        kept, widths = kept[size:], widths[size:]


def _bits(model: TorchBpeModel, tokenizer: Tokenizer, start: int, line: str) -> float:
    ids = torch.tensor([[start, *tokenizer.encode(line, add_special_tokens=False).ids]])
    with torch.no_grad():
        nats = nn.functional.cross_entropy(model(ids[:, :-1])[0], ids[0, 1:], reduction="sum")
    return float(nats) / math.log(2)
