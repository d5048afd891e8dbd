"""The merges of a byte-pair vocabulary: those that its file lists, or those that the ranks of its entries imply."""

from collections.abc import Iterator, Sequence
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
        order = np.argsort(wanted)  # in order they are found in a third of the time, sorting included
        at = np.empty_like(wanted)
        at[order] = np.minimum(np.searchsorted(keys, wanted[order]), len(keys) - 1)
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
    left, right, made = _halves([*id_by_piece])
    order = np.argsort(ranks[made], kind="stable")
    rows: NDArray[np.int64] = ids[np.stack([left, right, made], axis=1)[order]]
    return rows, np.unique(ranks[made[order]], return_inverse=True)[1].astype(np.int64)


def _halves(pieces: Sequence[bytes]) -> tuple[Ids, Ids, Ids]:
    """Places of every two pieces that spell a third, and of that one, int64 (M,) each.

    >>> [places.tolist() for places in _halves([b"a", b"ab", b"bc", b"c", b"abc"])]
    [[0, 1], [2, 3], [4, 4]]
    """
    lengths = np.fromiter(map(len, pieces), np.int64, len(pieces))
    starts = np.cumsum(lengths) - lengths  # of each piece, where all stand end to end
    before, behind = (np.full(int(lengths.sum()), -1) for _ in range(2))  # at each cut: the piece up to it, and from it
    for made, part in _ancestors(_longest_prefixes(pieces)):
        before[starts[made] + lengths[part]] = part
    for made, part in _ancestors(_longest_prefixes([piece[::-1] for piece in pieces])):
        behind[starts[made] + lengths[made] - lengths[part]] = part
    cuts = np.flatnonzero((before >= 0) & (behind >= 0))
    return before[cuts], behind[cuts], np.searchsorted(starts, cuts, side="right") - 1


def _longest_prefixes(pieces: Sequence[bytes]) -> Ids:
    """Place of the longest other piece that each begins with, -1 where there is none, int64 (N,).

    >>> _longest_prefixes([b"abc", b"a", b"b", b"ab"]).tolist()
    [3, -1, -1, 1]
    """
    order = sorted(range(len(pieces)), key=pieces.__getitem__)
    ordered = [pieces[n] for n in order]
    parents = list[int]()  # in this order what a piece begins with stands before it, and whatever that begins with
    for n, piece in enumerate(ordered, -1):
        while n >= 0 and not piece.startswith(ordered[n]):
            n = parents[n]  # noqa: PLW2901
        parents.append(n)
    found = np.empty(len(pieces), np.int64)
    found[order] = np.append(np.array(order, np.int64), -1)[parents]
    return found


def _ancestors(parents: Ids) -> Iterator[tuple[Ids, Ids]]:
    """Places and their parents, then the same places and the parents of those, until none has one."""
    of = np.flatnonzero(parents >= 0)
    at = parents[of]
    while len(of):
        yield of, at
        on = parents[at] >= 0
        of, at = of[on], parents[at[on]]
