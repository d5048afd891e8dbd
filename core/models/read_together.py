"""Texts as a model reads several of them at once, and where in that two models have read the same bytes."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.models.language_model import LanguageModel
from core.tokenizers.matching import vocabulary_of
from core.tokenizers.segmentation import Ints
from core.tokenizers.tokenizer import LocalTokenizer

_NOTHING = -100  # a target that counts for nothing


@dataclass(frozen=True, eq=False)
class CutText:
    """A text in tokens.

    Args:
        ids: int32 (T,).
        ends: byte at which each token ends, int32 (T,).
        lossless: whether the tokens say the text back exactly.
    """

    ids: Ints
    ends: Ints
    lossless: bool


@dataclass(frozen=True, eq=False)
class ReadTogether:
    """Some texts, padded on the right, where nothing that counts can see the padding.

    Args:
        ids: of each text in a row, its begin token first where the model has one, int64 (B, T).
        cuts: how each text is cut; tokens beyond what the model looks back on are in no row.
        lead: begin tokens before each text, 0 or 1.
    """

    ids: Tensor
    cuts: tuple[CutText, ...]
    lead: int

    @property
    def lengths(self) -> list[int]:
        """Places of each row that are no padding."""
        return [min(self.lead + len(cut.ids), self.ids.shape[1]) for cut in self.cuts]

    @property
    def targets(self) -> Tensor:
        """The id that follows each place, -100 where none does, int64 (B, T)."""
        found = torch.full_like(self.ids, _NOTHING)
        for row, n in enumerate(self.lengths):
            found[row, : n - 1] = self.ids[row, 1:n]
        return found


def read_together(
    model: LanguageModel, texts: Sequence[str], instead: Mapping[int, Sequence[int]] | None = None
) -> ReadTogether:
    """Texts for a model, on its device.

    Args:
        instead: ids that are read in place of one, of the same bytes together; a text with one for which there are none
            counts as not said back.
    """
    lead = [] if model.bos is None else [model.bos]
    cuts = tuple(_cut(model.tokenizer, text, instead or {}) for text in texts)
    rows = [[*lead, *cut.ids.tolist()][: model.max_tokens] for cut in cuts]
    ids = torch.zeros(len(rows), max(map(len, rows)), dtype=torch.long)
    for n, row in enumerate(rows):
        ids[n, : len(row)] = torch.tensor(row)
    return ReadTogether(ids.to(model.device), cuts, len(lead))


def _cut(tokenizer: LocalTokenizer, text: str, instead: Mapping[int, Sequence[int]]) -> CutText:
    found = tokenizer.segment(text)
    if not instead or not np.isin(found.ids, list(instead)).any():
        return CutText(found.ids, found.ends, found.lossless)
    lengths, ids, ends = vocabulary_of(tokenizer).lengths, list[int](), list[int]()
    for i, end in zip(found.ids.tolist(), found.ends.tolist(), strict=True):
        pieces = instead.get(i, (i,))
        ids += pieces
        left = np.cumsum([0, *(int(lengths[piece]) for piece in pieces[:0:-1])])  # bytes behind each of them
        ends += (end - left[::-1]).tolist() if pieces else []
    said = all(instead.get(i, (i,)) for i in found.ids.tolist())
    return CutText(np.array(ids, np.int32), np.array(ends, np.int32), found.lossless and said)


@dataclass(frozen=True, eq=False)
class Meetings:
    """Places where two readings of the same texts have read the same bytes, text by text, int64 (M,) each.

    Args:
        row: number of the text.
        one, other: column in the ids of each reading.
    """

    row: Tensor
    one: Tensor
    other: Tensor

    def __len__(self) -> int:
        return len(self.row)


def meetings(one: ReadTogether, other: ReadTogether) -> Meetings:
    """The ends of tokens that both readings have, of texts that both say back exactly, ascending in each text."""
    found = [(n, *_meet(one, other, n)) for n in range(len(one.cuts))]
    rows = np.concatenate([np.full(len(ours), n) for n, ours, _ in found])
    columns = [np.concatenate([pair[side] for pair in found]) for side in (1, 2)]
    return Meetings(*(torch.from_numpy(each.astype(np.int64)).to(one.ids.device) for each in (rows, *columns)))


def _meet(one: ReadTogether, other: ReadTogether, n: int) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """Columns of the text's meetings in both."""
    sides = [(reading.cuts[n], reading.lengths[n] - reading.lead, reading.lead) for reading in (one, other)]
    if not all(cut.lossless for cut, _, _ in sides):
        return np.empty(0, np.int64), np.empty(0, np.int64)
    ours, theirs = (cut.ends[:length] for cut, length, _ in sides)
    _, *places = np.intersect1d(ours, theirs, return_indices=True)
    return places[0] + sides[0][2], places[1] + sides[1][2]
