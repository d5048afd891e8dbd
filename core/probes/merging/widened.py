"""A model with rows for merged tokens behind its own, and what it needs for tokens that follow boundaries; torch."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.common.errors import UserError
from core.models.device import out_of_memory
from core.models.language_model import LanguageModel
from core.models.matrices import Matrices
from core.probes.merging.lines import MergedLine

_BATCH_TOKENS = 2_048
_POSITIONS = 256  # whose logits there are at a time


@dataclass(frozen=True, eq=False)
class WidenedModel:
    """A model that reads merged tokens too.

    Args:
        model: with rows for them behind its own.
        n_old: rows that it had; only these tokens are predicted.
        row_by_spelled: of each merged token, by the old ids that it is merged of.
    """

    model: LanguageModel
    n_old: int
    row_by_spelled: dict[tuple[int, ...], int]

    def ids(self, line: MergedLine) -> list[int]:
        """What is read of a line: the model's own rows of what was not merged."""
        return [one[0] if len(one) == 1 else self.row_by_spelled[one] for one in line.spelled]


def widened(model: LanguageModel, spelled: Sequence[tuple[int, ...]], rows: Tensor) -> WidenedModel:
    """A model with these input rows, (n, D), for tokens merged of these old ids; its own rows stay as they are."""
    old = model.matrices()
    output = None if old.output is None else _longer(old.output, torch.zeros(len(rows), old.output.shape[1]))
    bias = None if old.bias is None else _longer(old.bias, torch.zeros(len(rows)))
    matrices = Matrices(_longer(old.input, rows), output, bias)
    wide = model.with_matrices(matrices, model.tokenizer, model.special_ids)
    return WidenedModel(wide, model.n_rows, {one: model.n_rows + n for n, one in enumerate(spelled)})


def mean_rows(model: LanguageModel, spelled: Sequence[tuple[int, ...]]) -> Tensor:
    """The mean of the input rows of the old ids, float32 (n, D)."""
    old = model.matrices().input
    return torch.stack([old[list(one)].float().mean(0) for one in spelled])


def nats_behind(
    wide: WidenedModel, lines: Sequence[MergedLine], starts: Sequence[Sequence[int]]
) -> list[NDArray[np.float64]]:
    """What the model needs for old tokens that follow a boundary of dynamic ones, in nats.

    Args:
        starts: of each line, places of those tokens in the line, each the first of a dynamic token and none of them 0.

    Raises:
        UserError: it gives no number, or memory does not suffice.
    """
    model, found = wide.model, [np.empty(len(each)) for each in starts]
    lead = [] if model.bos is None else [model.bos]
    read = [[*lead, *wide.ids(line)] for line in lines]
    try:
        for batch in _batches([len(each) for each in read]):
            ids = torch.zeros(len(batch), max(len(read[n]) for n in batch), dtype=torch.long)
            for row, n in enumerate(batch):
                ids[row, : len(read[n])] = torch.tensor(read[n])
            # The place that predicts what a dynamic token begins with is that of the one before.
            columns = [[lines[n].place_by_start[at] + len(lead) - 1 for at in starts[n]] for n in batch]
            said = _said(wide, ids.to(model.device), columns, [_old(lines[n], starts[n]) for n in batch])
            for n, part in zip(batch, np.split(said, np.cumsum([len(starts[n]) for n in batch])[:-1]), strict=True):
                found[n] = part
    except (RuntimeError, MemoryError) as error:
        if not out_of_memory(error):
            raise
        raise UserError(f"{model.device} ran out of memory. Give shorter lines.") from None
    if not all(np.isfinite(each).all() for each in found):
        raise UserError(f"{model.name} gives no number for one of the tokens: its weights are damaged, or too large.")
    return found


@torch.no_grad()
def _said(
    wide: WidenedModel, ids: Tensor, columns: Sequence[Sequence[int]], targets: Sequence[Sequence[int]]
) -> NDArray[np.float64]:
    model = wide.model
    rows = torch.tensor([n for n, each in enumerate(columns) for _ in each], device=ids.device, dtype=torch.long)
    at, wanted = (
        torch.tensor([one for each in many for one in each], device=ids.device, dtype=torch.long)
        for many in (columns, targets)
    )
    halves = model.halves
    seen = (model.states(ids)[-1] if halves is not None else model.logits(ids))[rows, at]
    parts = []
    for begin in range(0, len(seen), _POSITIONS):
        part = seen[begin : begin + _POSITIONS]
        logits = (part if halves is None else halves.logits(part)).float()[:, : wide.n_old]
        target = wanted[begin : begin + _POSITIONS, None]
        parts.append((logits.logsumexp(1) - logits.gather(1, target)[:, 0]).double().cpu().numpy())
    return np.concatenate([np.empty(0), *parts])


def _old(line: MergedLine, starts: Sequence[int]) -> list[int]:
    return [line.spelled[line.place_by_start[at]][0] for at in starts]


def _batches(lengths: Sequence[int]) -> Iterator[list[int]]:
    """Lines of like length together, the longest first."""
    batch = list[int]()
    for n in sorted(range(len(lengths)), key=lambda n: -lengths[n]):
        if batch and (len(batch) + 1) * lengths[batch[0]] > _BATCH_TOKENS:
            yield batch
            batch = []
        batch.append(n)
    if batch:
        yield batch


def _longer(old: Tensor, more: Tensor) -> Tensor:
    return torch.cat([old.detach(), more.to(old)])
