"""Byte-pair merges learned on long words: where each two ids stand next to each other, as arrays.

The same merges as by `WordPairs`, which also splits, and counts what words take; here a merge costs hardly more for a
thousand places than for one, and a pair of a few places costs no memory.
"""

from collections.abc import Callable, Sequence
from heapq import heapify, heappop, heappush

import numpy as np
from numpy.typing import NDArray

from core.training.merges import Pair

_BITS = 32  # of an id, in a pair that is one number
NONE = -1  # stands between words, and where an id was that is part of another now
Places = NDArray[np.int64]


class PairPlaces:
    """Words as ids, and where two ids stand next to each other in them.

    How often a pair stands can only fall, but where a merge gives an id that stood before. So what the heap says is at
    most too much, and is counted again when it comes to the top.

    Args:
        ids: of all words, `NONE` behind each, int32.
        weights: how often each word stands.
        least: how often a pair must stand; of others nothing is kept.
        allowed: whether a pair may be merged; asked once of each that comes to the top.
    """

    def __init__(
        self,
        ids: NDArray[np.int32],
        weights: Sequence[int],
        least: int,
        allowed: Callable[[Pair], bool] | None = None,
    ) -> None:
        self._least, self._allowed = least, allowed
        self._ids = np.concatenate((np.array([NONE], np.int32), ids))  # what stands between words begins and ends all
        inside = self._ids != NONE
        self._weights = np.repeat(np.array([0, *weights], np.int64), np.diff(np.flatnonzero(~inside), prepend=-1))
        self._after, self._before = (np.roll(np.arange(len(inside)), by) for by in (-1, 1))
        self._newest = int(ids.max(initial=NONE))
        self._where: dict[int, Places] = {}
        self._counts: dict[int, int] = {}
        self._heap: list[tuple[int, int]] = []
        self._find(np.flatnonzero(inside), list.append)
        heapify(self._heap)

    def best(self) -> tuple[Pair, int] | None:
        """The most frequent pair that may be merged, and how often it stands; None where none stands often enough.

        >>> PairPlaces(np.array([0, 1, 0, 1, NONE, 1, 0, NONE], np.int32), [2, 1], 2).best()
        ((0, 1), 4)
        """
        while self._heap:
            count, key = self._heap[0]
            if self._counts.get(key) != -count:  # there is a later entry of it, or none
                heappop(self._heap)
                continue
            pair, places = divmod(key, 1 << _BITS), self._where[key]
            there = (self._ids[places] == pair[0]) & (self._ids[self._after[places]] == pair[1])
            if there.all():
                if self._allowed is None or self._allowed(pair):
                    return pair, -count
                now = 0
            else:
                self._where[key] = places = places[there]
                now = int(self._weights[places].sum())
            heappop(self._heap)
            if now >= self._least:
                self._counts[key] = now
                heappush(self._heap, (-now, key))
            else:
                del self._counts[key], self._where[key]
        return None

    def merge(self, pair: Pair, new: int) -> None:
        """Write the best pair as one id wherever it stands.

        >>> counts = PairPlaces(np.array([0, 1, 0, 1, NONE, 1, 0, NONE], np.int32), [2, 1], 2)
        >>> counts.merge(counts.best()[0], 2)
        >>> counts.best()
        ((2, 2), 2)
        """
        key = (pair[0] << _BITS) | pair[1]
        places = self._where.pop(key)
        del self._counts[key]
        if pair[0] == pair[1]:  # in a run every second one
            run = np.flatnonzero(np.concatenate(([True], self._after[places[:-1]] != places[1:])))
            places = places[(np.arange(len(places)) - np.repeat(run, np.diff(run, append=len(places)))) % 2 == 0]
        gone = self._after[places]
        behind = self._after[gone]
        self._ids[places], self._ids[gone] = new, NONE
        self._after[places], self._before[behind] = behind, places
        if new <= self._newest:
            places = np.flatnonzero(self._ids == new)
        self._newest = max(self._newest, new)
        before = self._before[places]
        self._find(np.concatenate((places, before[self._ids[before] != new])), heappush)

    def _find(self, places: Places, push: Callable[[list[tuple[int, int]], tuple[int, int]], None]) -> None:
        """Note the pairs that begin at these places, all of each."""
        first, second = self._ids[places], self._ids[self._after[places]]
        inside = (first != NONE) & (second != NONE)
        keys, places = (first[inside].astype(np.int64) << _BITS) | second[inside], places[inside]
        if not len(places):
            return
        order = np.argsort(keys, kind="stable")
        keys, places = keys[order], places[order]
        edges = np.concatenate(([True], keys[1:] != keys[:-1], [True])).nonzero()[0]
        counts = np.add.reduceat(self._weights[places], edges[:-1])
        often = (counts >= self._least).nonzero()[0]
        found = keys[edges[often]], counts[often], edges[often], edges[often + 1]
        for key, count, start, end in zip(*(each.tolist() for each in found), strict=True):
            self._where[key], self._counts[key] = places[start:end], count
            push(self._heap, (-count, key))
