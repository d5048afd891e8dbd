"""Byte-pair merges learned on long words: where each two ids stand next to each other, as arrays.

The same merges as by `WordPairs`, which also splits, and counts what words take; here a merge costs hardly more for a
thousand places than for one, and a pair that is not among the most frequent costs nothing.
"""

from collections.abc import Callable
from heapq import heapify, heappop, heappush, heapreplace

import numpy as np
from numpy.typing import NDArray

from core.training.merges import Pair

_BITS = 32  # of an id, in a pair that is one number, below 0 where there is none
_ID = 2 ** (_BITS - 1) - 1
_KEY = (1 << 2 * _BITS) - 1
_FIRST, _SECOND = -1 << _BITS, ~(_ID << _BITS)  # what of that number is the first id, or the second; with its sign
_AT_ONCE = 2**14  # pairs, about, that are looked after; when they are used up all are counted again
_FEW = 100  # places, of which plain Python takes less time
_MANY, _DIGITS = 2**9, 16  # places, from which on numbers of so many bits are sorted by digits
_BINS, _MIX = 2**18, 40_503  # of sums that pairs share, and what spreads them
NONE = -1  # stands between words, and where an id was that is part of another now
Places = NDArray[np.int64]
Push = Callable[[list[int], int], None]


class PairPlaces:
    """Words as ids, and where two ids stand next to each other in them.

    How often a pair stands can only fall, but where a merge gives an id that stood before. So what the heap says is at
    most too much, and is counted again when it comes to the top; and those that stand less often than the last of the
    most frequent ones need no look before these are merged.

    Args:
        ids: of all words, `NONE` behind each, int32.
        weights: how often each word stands, int64.
        least: how often a pair must stand.
        allowed: whether a pair may be merged; asked of each that comes to the top.
        at_once: pairs that are looked after at once, about.
    """

    def __init__(
        self,
        ids: NDArray[np.int32],
        weights: Places,
        least: int,
        allowed: Callable[[Pair], bool] | None = None,
        at_once: int = _AT_ONCE,
    ) -> None:
        self._least, self._allowed, self._at_once = least, allowed, at_once
        self._weights = np.repeat(weights, np.diff(np.flatnonzero(ids == NONE), prepend=-1))
        self._pairs: Places = ids.astype(np.int64)
        second = self._pairs[1:] & _SECOND
        self._pairs <<= _BITS
        self._pairs[:-1] |= second  # the last is none
        self._after, self._before = (np.arange(by, len(ids) + by) for by in (1, -1))
        self._newest = int(ids.max(initial=NONE))
        self._where: dict[int, Places] = {}
        self._counts: dict[int, int] = {}
        self._heap: list[int] = []  # above its key what a pair counts, below 0
        self._floor = int(self._weights.sum()) + 1  # of others nothing is known
        self._look_lower()

    def best(self) -> tuple[Pair, int] | None:
        """The most frequent pair that may be merged, and how often it stands; None where none stands often enough.

        >>> PairPlaces(np.array([0, 1, 0, 1, NONE, 1, 0, NONE], np.int32), np.array([2, 1]), 2).best()
        ((0, 1), 4)
        """
        while self._heap or self._look_lower():
            entry = self._heap[0]
            key, count = entry & _KEY, -(entry >> 2 * _BITS)
            if self._counts.get(key) != count:  # there is a later entry of it, or none
                heappop(self._heap)
                continue
            places = self._where[key]
            there = self._pairs.take(places) == key
            if (n_there := np.count_nonzero(there)) == len(places):
                pair = divmod(key, 1 << _BITS)
                if self._allowed is None or self._allowed(pair):
                    return pair, count
                now = 0
            else:
                self._where[key] = places = places[there]
                now = int(np.add.reduce(self._weights.take(places))) if n_there else 0
            if now >= self._floor:
                self._counts[key] = now
                heapreplace(self._heap, (-now << 2 * _BITS) | key)
            else:
                heappop(self._heap)
                del self._counts[key], self._where[key]
        return None

    def merge(self, pair: Pair, new: int) -> None:
        """Write the best pair as one id wherever it stands.

        >>> counts = PairPlaces(np.array([0, 1, 0, 1, NONE, 1, 0, NONE], np.int32), np.array([2, 1]), 2)
        >>> counts.merge(counts.best()[0], 2)
        >>> counts.best()
        ((2, 2), 2)
        """
        key = (pair[0] << _BITS) | pair[1]
        places = self._where.pop(key)
        del self._counts[key]
        if pair[0] == pair[1]:  # in a run every second one
            places = np.sort(places)
            run = np.flatnonzero(np.concatenate(([True], self._after[places[:-1]] != places[1:])))
            places = places[(np.arange(len(places)) - np.repeat(run, np.diff(run, append=len(places)))) % 2 == 0]
        gone = self._after.take(places)
        behind = self._after.take(gone)
        self._pairs[places], self._pairs[gone] = (new << _BITS) | (self._pairs.take(gone) & _SECOND), NONE
        self._after[places], self._before[behind] = behind, places
        if new <= self._newest:
            places = np.flatnonzero((self._pairs >> _BITS) & _ID == new)
        self._newest = max(self._newest, new)
        before = self._before.take(places)
        pairs = (self._pairs.take(before) & _FIRST) | new
        self._pairs[before] = pairs
        other = pairs >> _BITS != new
        self._find(
            np.concatenate((self._pairs.take(places), pairs[other])), np.concatenate((places, before[other])), heappush
        )

    def _look_lower(self) -> bool:
        """Note pairs that stand less often than all so far; whether there are any."""
        while self._floor > self._least and not self._heap:
            places = self._lower()
            self._find(self._pairs.take(places), places, list.append)
            heapify(self._heap)
        return bool(self._heap)

    def _lower(self) -> Places:
        """Lower the floor; the places of all pairs that may reach it now."""
        places = np.flatnonzero(self._pairs >= 0)
        keys = self._pairs.take(places)
        bins = keys >> _BITS
        bins *= _MIX
        bins += keys
        bins &= _BINS - 1
        sums = np.bincount(bins, self._weights.take(places), _BINS)  # each at least as much as any pair in it
        usual = np.partition(sums, -self._at_once)[-self._at_once]
        self._floor = max(self._least, min(int(usual), self._floor // 2))  # // 2: no end of pairs may be vetoed
        return places[(sums >= self._floor).take(bins)]

    def _find(self, keys: Places, places: Places, push: Push) -> None:
        """Note the pairs that begin at these places, all of each."""
        if (n := len(places)) < _FEW:
            sums = dict.fromkeys(keys.tolist(), 0)
            for key, weight in zip(keys.tolist(), self._weights.take(places).tolist(), strict=True):
                sums[key] += weight
            for key, count in sums.items():
                if count >= self._floor and key >= 0:
                    self._note(key, places[keys == key], count, push)
            return
        order = self._order(keys)
        keys, places = keys.take(order), places.take(order)
        edge = np.ones(n + 1, np.bool_)
        np.not_equal(keys[1:], keys[:-1], out=edge[1:-1])
        edges = edge.nonzero()[0]
        counts = np.add.reduceat(self._weights.take(places), edges[:-1])
        for i in (counts >= self._floor).nonzero()[0].tolist():
            start, end = edges[i], edges[i + 1]
            if (key := int(keys[start])) >= 0:
                self._note(key, places[start:end], int(counts[i]), push)

    def _order(self, keys: Places) -> Places:
        """What sorts pairs; many of them by digits, in a third of the time."""
        if len(keys) < _MANY or self._newest >= (1 << _DIGITS) - 1:  # whose digits are those of none
            return keys.argsort()
        order: Places = (keys & _ID).astype(np.uint16).argsort(kind="stable")
        by_first: Places = (keys >> _BITS).astype(np.uint16).take(order).argsort(kind="stable")
        return order.take(by_first)

    def _note(self, key: int, places: Places, count: int, push: Push) -> None:
        self._where[key], self._counts[key] = places, count
        push(self._heap, (-count << 2 * _BITS) | key)
