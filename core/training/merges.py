"""Byte-pair merges learned on weighted words, step by step, so that the next pair can be chosen by any rule.

The most frequent pair is found by a heap whose entries may be out of date: one that is, is corrected when it comes to
the top. A merge looks only into the words that hold its pair. Of pairs that are equally frequent the one of the smaller
ids goes first, as in Hugging Face's library, whose merges these equal.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from heapq import heapify, heappop, heappush
from itertools import chain, pairwise
from typing import Protocol

import numpy as np

from core.common.progress import report

Pair = tuple[int, int]


class MergeSymbols:
    """What ids stand for; a merge whose spelling has an id already gives that one.

    >>> symbols = MergeSymbols(["a", "b"])
    >>> symbols.joined((0, 1)), symbols.joined((0, 1)), symbols.spellings
    (2, 2, ['a', 'b', 'ab'])
    """

    def __init__(self, spellings: Sequence[str]) -> None:
        self.spellings = list(spellings)
        self.ids = {spelling: i for i, spelling in enumerate(self.spellings)}

    def spelling(self, pair: Pair) -> str:
        """What a merge of two makes."""
        return self.spellings[pair[0]] + self.spellings[pair[1]]

    def joined(self, pair: Pair) -> int:
        """Its id, a new one where it has none."""
        spelling = self.spelling(pair)
        if spelling not in self.ids:
            self.ids[spelling] = len(self.spellings)
            self.spellings.append(spelling)
        return self.ids[spelling]


SoFar = Callable[[], tuple[MergeSymbols, Sequence[Pair]]]  # symbols, and the merges that made them
Look = Callable[[int, int, SoFar], None]  # told what is done of how much, and what there is by then


class Mergeable(Protocol):
    """Words of which pairs are merged."""

    def best(self) -> tuple[Pair, int] | None:
        """The most frequent pair that may be merged, and how often it stands; None where no pair is left."""

    def merge(self, pair: Pair, new: int) -> object:
        """Write it as one id wherever it stands."""


class WordPairs:
    """Words as ids, how often each stands in a text, and how often two ids stand next to each other there.

    Args:
        words: ids of each.
        weights: how often each stands.
        allowed: whether a pair may be merged; asked once of each that comes to the top.

    Attributes:
        words: as they are cut by now.
        n_tokens: that they take, each as often as it stands.
    """

    def __init__(
        self, words: Sequence[Sequence[int]], weights: Sequence[int], allowed: Callable[[Pair], bool] | None = None
    ) -> None:
        self.words, self._weights, self._allowed = [list(word) for word in words], weights, allowed
        self._counts: defaultdict[Pair, int] = defaultdict(int)
        self._places: defaultdict[Pair, set[int]] = defaultdict(set)
        self.n_tokens = sum(weight * len(word) for word, weight in zip(self.words, weights, strict=True))
        self._count_all()
        self._heap = [(-count, pair) for pair, count in self._counts.items()]
        heapify(self._heap)

    def _count_all(self) -> None:
        if not self.words:
            return
        ids = np.fromiter(chain.from_iterable(self.words), np.int64)
        places = np.repeat(np.arange(len(self.words)), [len(word) for word in self.words])
        inside = places[1:] == places[:-1]
        first, second, places = ids[:-1][inside], ids[1:][inside], places[:-1][inside]
        if not len(places):
            return
        order = np.lexsort((second, first))
        first, second, places = first[order], second[order], places[order]
        starts = np.flatnonzero(np.diff(first, prepend=-1) | np.diff(second, prepend=-1))
        pairs = list(zip(first[starts].tolist(), second[starts].tolist(), strict=True))
        weights = np.add.reduceat(np.array(self._weights, np.int64)[places], starts)
        self._counts.update(zip(pairs, weights.tolist(), strict=True))
        where = places.tolist()
        for pair, (start, end) in zip(pairs, pairwise([*starts.tolist(), len(where)]), strict=True):
            self._places[pair] = set(where[start:end])

    def best(self) -> tuple[Pair, int] | None:
        """The most frequent pair that may be merged, and how often it stands; None where no pair is left.

        >>> WordPairs([[0, 1, 0, 1], [1, 0]], [2, 1]).best()
        ((0, 1), 4)
        """
        while self._heap:
            count, pair = self._heap[0]
            now = self._counts.get(pair, 0)
            if now == -count and now and (self._allowed is None or self._allowed(pair)):
                return pair, now
            heappop(self._heap)
            if now and now != -count:
                heappush(self._heap, (-now, pair))
        return None

    def most_frequent(self, n: int) -> list[tuple[Pair, int]]:
        """So many pairs that may be merged, or all, with how often each stands, the most frequent first.

        >>> WordPairs([[0, 1, 0, 1], [1, 0]], [2, 1]).most_frequent(5)
        [((0, 1), 4), ((1, 0), 3)]
        """
        found: dict[Pair, int] = {}
        while len(found) < n and (best := self.best()) is not None:
            found[best[0]] = best[1]
            heappop(self._heap)
            while self._heap and self._heap[0][1] == best[0]:  # it may stand there more than once
                heappop(self._heap)
        self._push(found)
        return list(found.items())

    def merge(self, pair: Pair, new: int) -> int:
        """Write a pair as one id wherever it stands; how often that was.

        >>> counts = WordPairs([[0, 1, 0, 1], [1, 0]], [2, 1])
        >>> counts.merge((0, 1), 2), counts.best(), counts.n_tokens
        (4, ((2, 2), 2), 6)
        """
        more, before = set[Pair](), self.n_tokens
        for place in self._places.pop(pair, ()):
            self._merge_in(place, pair, new, more)
        self._counts.pop(pair, None)
        self._push(more - {pair})
        return before - self.n_tokens

    def split(self, one: int, parts: Sequence[int]) -> None:
        """Write an id as several wherever it stands.

        >>> counts = WordPairs([[2, 2], [1, 2]], [2, 1])
        >>> counts.split(2, (0, 1))
        >>> counts.best(), counts.n_tokens
        (((0, 1), 5), 11)
        """
        more = set[Pair]()
        for place, old in enumerate(self.words):
            if one not in old:
                continue
            word, weight = [part for each in old for part in (parts if each == one else (each,))], self._weights[place]
            for pair in pairwise(old):
                self._counts[pair] -= weight
            for pair in pairwise(word):
                self._grow(pair, place, weight, more)
            self.n_tokens += weight * (len(word) - len(old))
            self.words[place] = word
        self._push(more)

    def tokens(self) -> Counter[int]:
        """How often each id stands.

        >>> WordPairs([[0, 1, 0]], [2]).tokens()
        Counter({0: 4, 1: 2})
        """
        found = Counter[int]()
        for word, weight in zip(self.words, self._weights, strict=True):
            for one in word:
                found[one] += weight
        return found

    def _push(self, grown: Iterable[Pair]) -> None:
        for pair in grown:
            heappush(self._heap, (-self._counts[pair], pair))

    def _merge_in(self, place: int, pair: Pair, new: int, more: set[Pair]) -> None:
        word, weight, counts, places = self.words[place], self._weights[place], self._counts, self._places
        (first, second), i, just_merged = pair, 0, -1
        try:
            while True:
                i = word.index(first, i)
                if word[i + 1 : i + 2] != [second]:
                    i += 1
                    continue
                if i:
                    counts[second if just_merged == i - 1 else word[i - 1], first] -= weight
                    left = (word[i - 1], new)
                    counts[left] += weight
                    places[left].add(place)
                    more.add(left)
                word[i : i + 2] = (new,)
                self.n_tokens -= weight
                just_merged, i = i, i + 1
                if i < len(word) and not _stands_at(word, i, pair):
                    counts[second, word[i]] -= weight
                    right = (new, word[i])
                    counts[right] += weight
                    places[right].add(place)
                    more.add(right)
        except ValueError:  # none further
            return

    def _grow(self, pair: Pair, place: int, weight: int, more: set[Pair]) -> None:
        self._counts[pair] += weight
        self._places[pair].add(place)
        more.add(pair)


def _stands_at(word: Sequence[int], i: int, pair: Pair) -> bool:
    return word[i] == pair[0] and i + 1 < len(word) and word[i + 1] == pair[1]


def in_pairs(words: Mapping[str, int], symbols: MergeSymbols) -> WordPairs:
    """Words, with how often each stands, as the ids of their single characters."""
    return WordPairs([[symbols.ids[one] for one in word] for word in words], list(words.values()))


def learn(
    counts: Mergeable, symbols: MergeSymbols, n_symbols: int, least: int, merges: list[Pair], look: Look | None = None
) -> None:
    """Merge the most frequent pairs until there are so many symbols, or no pair stands often enough.

    Args:
        counts: of the words; changed.
        symbols: grow.
        n_symbols: to reach.
        least: how often a pair must stand.
        merges: what was learned before; grows.
        look: told how far it is after each merge.
    """
    known, n_before = set(merges), len(symbols.spellings)
    while len(symbols.spellings) < n_symbols and (best := counts.best()) is not None and best[1] >= least:
        pair = best[0]
        counts.merge(pair, symbols.joined(pair))
        if pair not in known:  # one that came about again goes with its first rank
            known.add(pair)
            merges.append(pair)
        (look or _unwatched)(len(symbols.spellings) - n_before, n_symbols - n_before, lambda: (symbols, merges))


def _unwatched(done: int, total: int, so_far: SoFar) -> None:
    report(done, total, "merging")
