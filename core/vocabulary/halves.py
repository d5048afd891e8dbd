"""Which two entries spell a third one: every cut of every entry, by hashes of its two sides.

The hash of bytes is a polynomial of their values modulo 2^64 (Karp & Rabin 1987): from running sums it follows for any
stretch of a text at once. That two of ten million different stretches share one has a chance of some one in a million.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from core.vocabulary.entries import Ids
from core.vocabulary.number_table import NumberTable

_BASE = 0xD1342543DE82EF95  # odd, so that it has an inverse; from a table of good multipliers (Steele & Vigna 2021)
_AT_ONCE = 2**18  # bytes


@dataclass(frozen=True)
class _PiecesInARow:
    """Pieces end to end, with what the hash of any stretch follows from.

    Args:
        first: place of the first piece among all.
        starts: where each piece begins, and where the last ends, int64 (N + 1,).
    """

    data: NDArray[np.uint8]
    first: int
    starts: Ids

    @cached_property
    def _sums(self) -> NDArray[np.uint64]:
        sums = np.zeros(len(self.data) + 1, np.uint64)
        np.cumsum((self.data.astype(np.uint64) + np.uint64(1)) * _powers(_BASE, len(self.data)), out=sums[1:])
        return sums

    @cached_property
    def _back(self) -> NDArray[np.uint64]:
        return _powers(pow(_BASE, -1, 2**64), len(self.data) + 1)

    def hashes(self, begin: Ids, end: Ids) -> NDArray[np.uint64]:
        """Of each stretch, uint64 (n,)."""
        found: NDArray[np.uint64] = (self._sums[end] - self._sums[begin]) * self._back[begin]
        return found

    @property
    def wholes(self) -> NDArray[np.uint64]:
        """The hash of each piece, uint64 (N,)."""
        return self.hashes(self.starts[:-1], self.starts[1:])

    def halves(self, places: NumberTable) -> tuple[Ids, Ids, Ids]:
        """Places of the two sides of each cut, and of the piece that is cut."""
        begin, end = (np.repeat(side, np.diff(self.starts)) for side in (self.starts[:-1], self.starts[1:]))
        cuts = np.flatnonzero(np.arange(len(self.data)) > begin)
        left = places.of(self.hashes(begin[cuts], cuts))
        cuts, left = cuts[left >= 0], left[left >= 0]
        right = places.of(self.hashes(cuts, end[cuts]))
        cuts = cuts[right >= 0]
        return left[right >= 0], right[right >= 0], self.first - 1 + np.searchsorted(self.starts, cuts, side="right")


def halves(pieces: Sequence[bytes]) -> tuple[Ids, Ids, Ids]:
    """Places of every two pieces that spell a third, and of that one, int64 (M,) each, by the third and the cut.

    Args:
        pieces: all different, none empty.

    >>> [places.tolist() for places in halves([b"a", b"ab", b"bc", b"c", b"abc"])]
    [[0, 1], [2, 3], [4, 4]]
    """
    texts = [*_texts(pieces)]
    places = NumberTable(np.concatenate([text.wholes for text in texts]))
    left, right, made = map(np.concatenate, zip(*(text.halves(places) for text in texts), strict=True))
    return left, right, made


def _texts(pieces: Sequence[bytes]) -> Iterator[_PiecesInARow]:
    """The pieces end to end, so many bytes at a time that what is computed of them stays small."""
    ends = np.cumsum(np.fromiter(map(len, pieces), np.int64, len(pieces)))
    bounds = [0, *(np.flatnonzero(np.diff(ends // _AT_ONCE)) + 1).tolist(), len(pieces)]
    for first, end in pairwise(bounds):
        lengths = np.fromiter(map(len, pieces[first:end]), np.int64, end - first)
        data = np.frombuffer(b"".join(pieces[first:end]), np.uint8)
        yield _PiecesInARow(data, first, np.concatenate([[0], np.cumsum(lengths)]))


def _powers(base: int, n: int) -> NDArray[np.uint64]:
    """Of a number modulo 2^64, from 1 on, uint64 (n,)."""
    factors = np.full(n, base, np.uint64)
    factors[:1] = 1
    powers: NDArray[np.uint64] = np.multiply.accumulate(factors)
    return powers
