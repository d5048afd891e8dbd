"""Merges of the pairs that are most frequent in one text: byte pair encoding begun anew at each text."""

import heapq
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Pair = tuple[bytes, bytes]


@dataclass(frozen=True, eq=False)
class MergedText:
    """A text after some merges.

    Args:
        lengths: bytes of each piece, int32 (T,).
        history: pieces before the first merge and after each, int32 (M + 1,).
    """

    lengths: NDArray[np.int32]
    history: NDArray[np.int32]


def merge_pairs(pieces: Sequence[bytes], most: int, may: Callable[[bytes, bytes], bool]) -> MergedText:
    """Up to `most` times, merge everywhere the pair of neighbours that is most frequent; of equals the one seen first.

    Args:
        may: whether two neighbours may become one.

    >>> merged = merge_pairs([b"a", b"b", b"a", b"b", b"c"], 2, lambda a, b: True)
    >>> merged.lengths.tolist(), merged.history.tolist()
    ([4, 1], [5, 3, 2])
    """
    text = _Neighbours(pieces, may)
    history = [len(pieces)]
    while len(history) <= most and (pair := text.most_frequent()):
        history.append(history[-1] - text.merge(pair))
    lengths = [len(piece) for piece in text.pieces if piece is not None]
    return MergedText(np.array(lengths, np.int32), np.array(history, np.int32))


class _Neighbours:
    """The pieces as a linked list, and where each pair stands."""

    def __init__(self, pieces: Sequence[bytes], may: Callable[[bytes, bytes], bool]) -> None:
        self.pieces: list[bytes | None] = list(pieces)
        self._may, n = may, len(pieces)
        self._next, self._before = list(range(1, n + 1)), list(range(-1, n - 1))
        self._places: dict[Pair, set[int]] = defaultdict(set)
        self._first: dict[Pair, int] = {}
        self._heap: list[tuple[int, int, Pair]] = []
        for i in range(n - 1):
            self._enter(i)
        for pair in self._places:
            self._offer(pair)

    def most_frequent(self) -> Pair | None:
        """The pair to merge next; None if no pair may be."""
        while self._heap:
            number, _, pair = heapq.heappop(self._heap)
            if -number == len(self._places[pair]) and number:
                return pair
            self._offer(pair)
        return None

    def merge(self, pair: Pair) -> int:
        """Merge it everywhere, from the left; how often."""
        done, touched = 0, set[Pair]()
        for i in sorted(self._places[pair]):
            if i not in self._places[pair]:  # it overlapped with the one before
                continue
            j = self._next[i]
            around = (self._before[i], i, j)
            touched.update(filter(None, map(self._leave, around)))
            self.pieces[i], self.pieces[j] = pair[0] + pair[1], None
            self._next[i] = self._next[j]
            if self._next[i] < len(self.pieces):
                self._before[self._next[i]] = i
            touched.update(filter(None, map(self._enter, around[:2])))
            done += 1
        for other in touched:
            self._offer(other)
        return done

    def _pair(self, i: int) -> Pair | None:
        if i < 0 or i >= len(self.pieces) or self._next[i] >= len(self.pieces):
            return None
        left, right = self.pieces[i], self.pieces[self._next[i]]
        return (left, right) if left is not None and right is not None and self._may(left, right) else None

    def _enter(self, i: int) -> Pair | None:
        if pair := self._pair(i):
            self._places[pair].add(i)
            self._first.setdefault(pair, i)
        return pair

    def _leave(self, i: int) -> Pair | None:
        if pair := self._pair(i):
            self._places[pair].discard(i)
        return pair

    def _offer(self, pair: Pair) -> None:
        if number := len(self._places[pair]):
            heapq.heappush(self._heap, (-number, self._first[pair], pair))
