"""The merges of a byte-pair vocabulary: those that its file lists, or those that the ranks of its entries imply."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.tokenizers.kinds import Kind
from core.vocabulary.classes import is_byte_level
from core.vocabulary.entries import Entries, Ids
from core.vocabulary.halves import halves
from core.vocabulary.number_table import NumberTable

NEVER = np.iinfo(np.int64).max  # the rank of what is no merge
_LONGEST = 256  # bytes of an entry whose parts are looked for; longer ones are lines of one character


@dataclass(frozen=True, eq=False)
class MergeTable:
    """Merges, lowest rank first.

    Args:
        left, right, made: ids of the two parts and of what they make, int64 (M,) each.
        ranks: the lowest pair merges first, of equal ones the leftmost, int64 (M,).
        listed: whether the file lists them.
        first: whether a text begins as this entry, before any merge: single bytes or characters, bool (V,).
    """

    left: Ids
    right: Ids
    made: Ids
    ranks: NDArray[np.int64]
    listed: bool
    first: NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.made)

    def ranks_of(self, left: Ids, right: Ids) -> NDArray[np.int64]:
        """Ranks of the merges of these pairs, `NEVER` where there is none, int64 (n,)."""
        return self.ranks_or_never[self.merges_of(left, right)]

    def merges_of(self, left: Ids, right: Ids) -> Ids:
        """Indices of the merges of these pairs, -1 where there is none, int64 (n,)."""
        return self._places.of(self._keys(left, right))

    @cached_property
    def ranks_or_never(self) -> NDArray[np.int64]:
        """Rank by index of a merge, of -1 `NEVER`, int64 (M + 1,)."""
        return np.append(self.ranks, NEVER)

    @cached_property
    def _places(self) -> NumberTable:
        return NumberTable(self._keys(self.left, self.right))

    def _keys(self, left: Ids, right: Ids) -> NDArray[np.uint64]:
        """Pairs as numbers."""
        keys: NDArray[np.uint64] = (left * len(self.first) + right).astype(np.uint64)
        return keys


def merge_table(entries: Entries) -> MergeTable | None:
    """The merges of a vocabulary; None if it was not made by byte-pair encoding or says nothing of its merges.

    >>> from core.tokenizers.catalog import open_tokenizer
    >>> from core.vocabulary.entries import entries_of
    >>> merge_table(entries_of(open_tokenizer("builtin:utf8-bytes"))) is None
    True
    """
    if entries.tokenizer.info.algorithm != "BPE":
        return None
    rows = entries.tokenizer.merges().astype(np.int64)
    listed = bool(len(rows))
    ranks = np.arange(len(rows))
    if not listed:
        rows, ranks = _implied(entries)
    left, right, made = rows.T
    return MergeTable(left, right, made, ranks, listed, _first(entries)) if len(rows) else None


def _first(entries: Entries) -> NDArray[np.bool_]:
    """Which entries are one byte, or one character where the vocabulary is not byte-level."""
    alone = entries.lengths == 1
    if not is_byte_level(entries):
        alone = np.fromiter((text is not None and len(text) == 1 for text in entries.texts), np.bool_, len(entries))
    first: NDArray[np.bool_] = entries.textual & (alone | (entries.kinds == Kind.BYTE))
    return first


def _implied(entries: Entries) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """All pairs of entries that spell a third one, (M, 3), lowest rank of that one first, and their ranks, (M,)."""
    numbers = np.array([entry.number for entry in entries.details], np.float64)  # NaN where there is none
    short = (entries.lengths > 0) & (entries.lengths <= _LONGEST)
    ranked = np.flatnonzero(short & (entries.kinds == Kind.ORDINARY) & ~np.isnan(numbers))[::-1].tolist()
    id_by_piece = dict(zip(map(entries.pieces.__getitem__, ranked), ranked, strict=True))  # of several the first counts
    ids = np.fromiter(id_by_piece.values(), np.int64, len(id_by_piece))
    ranks = numbers[ids]
    left, right, made = halves([*id_by_piece])
    order = np.argsort(ranks[made], kind="stable")
    rows: NDArray[np.int64] = ids[np.stack([left, right, made], axis=1)[order]]
    return rows, np.unique(ranks[made[order]], return_inverse=True)[1].astype(np.int64)
