"""The merges of a byte-pair vocabulary: those that its file lists, or those that the ranks of its entries imply."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.tokenizers.kinds import Kind
from core.vocabulary.classes import is_byte_level
from core.vocabulary.entries import Entries, Ids

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
        keys, ranks = self._sorted
        if not len(keys):
            return np.full(len(left), NEVER)
        wanted = left * len(self.first) + right
        at = np.minimum(np.searchsorted(keys, wanted), len(keys) - 1)
        return np.where(keys[at] == wanted, ranks[at], NEVER)

    @cached_property
    def _sorted(self) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
        """Pairs as numbers, ascending, and their ranks."""
        keys = self.left * len(self.first) + self.right
        order = np.argsort(keys, kind="stable")
        return keys[order], self.ranks[order]


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
    return MergeTable(*rows.T, ranks, listed, _first(entries)) if len(rows) else None


def _first(entries: Entries) -> NDArray[np.bool_]:
    """Which entries are one byte, or one character where the vocabulary is not byte-level."""
    alone = entries.lengths == 1
    if not is_byte_level(entries):
        alone = np.fromiter((text is not None and len(text) == 1 for text in entries.texts), np.bool_, len(entries))
    return entries.textual & (alone | (entries.kinds == Kind.BYTE))


def _implied(entries: Entries) -> tuple[NDArray[np.int64], NDArray[np.int64]]:
    """All pairs of entries that spell a third one, (M, 3), lowest rank of that one first, and their ranks, (M,)."""
    ranked = [
        entry
        for entry in reversed(entries.details)  # of entries written twice the first counts
        if entry.number is not None and entry.kind == Kind.ORDINARY and 0 < len(entry.piece) <= _LONGEST
    ]
    known = {entry.piece: entry.id for entry in ranked}
    rank = {entry.id: entry.number for entry in ranked}
    rows = np.array([(*pair, i) for piece, i in known.items() for pair in _halves(piece, known)], np.int64)
    if not len(rows):
        return np.empty((0, 3), np.int64), np.empty(0, np.int64)
    numbers = np.array([rank[i] for i in rows[:, 2].tolist()])
    order = np.argsort(numbers, kind="stable")
    return rows[order], np.unique(numbers[order], return_inverse=True)[1].astype(np.int64)


def _halves(piece: bytes, known: Mapping[bytes, int]) -> Iterator[tuple[int, int]]:
    """Ids of every two entries that spell a piece.

    >>> [*_halves(b"abc", {b"a": 0, b"ab": 1, b"bc": 2, b"c": 3})]
    [(0, 2), (1, 3)]
    """
    for i in range(1, len(piece)):
        if (left := known.get(piece[:i])) is not None and (right := known.get(piece[i:])) is not None:
            yield left, right
