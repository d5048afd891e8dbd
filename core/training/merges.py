"""Byte-pair merges learned on weighted words, step by step, so that the next pair can be chosen by any rule.

The most frequent pair is found by a heap whose entries may be out of date: one that is, is corrected when it comes to
the top. A merge looks only into the words that hold its pair. Of pairs that are equally frequent the one of the smaller
ids goes first, as in Hugging Face's library, whose merges these equal.
"""

from collections import defaultdict
from collections.abc import Callable, Sequence
from heapq import heapify, heappop, heappush
from itertools import pairwise

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


class WordPairs:
    """Words as ids, how often each stands in a text, and how often two ids stand next to each other there.

    Args:
        words: ids of each.
        weights: how often each stands.
        allowed: whether a pair may be merged; asked once of each that comes to the top.
    """

    def __init__(
        self, words: Sequence[Sequence[int]], weights: Sequence[int], allowed: Callable[[Pair], bool] | None = None
    ) -> None:
        self._words, self._weights, self._allowed = [list(word) for word in words], weights, allowed
        self._counts: defaultdict[Pair, int] = defaultdict(int)
        self._places: defaultdict[Pair, set[int]] = defaultdict(set)
        self.n_tokens = 0
        for place, (word, weight) in enumerate(zip(self._words, weights, strict=True)):
            self.n_tokens += weight * len(word)
            for pair in pairwise(word):
                self._counts[pair] += weight
                self._places[pair].add(place)
        self._heap = [(-count, pair) for pair, count in self._counts.items()]
        heapify(self._heap)

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

    def merge(self, pair: Pair, new: int) -> None:
        """Write a pair as one id wherever it stands.

        >>> counts = WordPairs([[0, 1, 0, 1], [1, 0]], [2, 1])
        >>> counts.merge((0, 1), 2)
        >>> counts.best(), counts.n_tokens
        (((2, 2), 2), 6)
        """
        more = set[Pair]()
        for place in self._places.pop(pair, ()):
            self._merge_in(place, pair, new, more)
        self._counts.pop(pair, None)
        for grown in more - {pair}:
            heappush(self._heap, (-self._counts[grown], grown))

    def _merge_in(self, place: int, pair: Pair, new: int, more: set[Pair]) -> None:
        old, weight = self._words[place], self._weights[place]
        (first, second), end, i = pair, len(old), 0
        word, just_merged = list[int](), False
        while i < end:
            if not _stands_at(old, i, pair):
                word.append(old[i])
                i, just_merged = i + 1, False
                continue
            if word:
                self._counts[second if just_merged else word[-1], first] -= weight
                self._grow((word[-1], new), place, weight, more)
            i, just_merged = i + 2, True
            if i < end and not _stands_at(old, i, pair):
                self._counts[second, old[i]] -= weight
                self._grow((new, old[i]), place, weight, more)
            word.append(new)
        self.n_tokens -= weight * (len(old) - len(word))
        self._words[place] = word

    def _grow(self, pair: Pair, place: int, weight: int, more: set[Pair]) -> None:
        self._counts[pair] += weight
        self._places[pair].add(place)
        more.add(pair)


def _stands_at(word: Sequence[int], i: int, pair: Pair) -> bool:
    return word[i] == pair[0] and i + 1 < len(word) and word[i + 1] == pair[1]


def learn(counts: WordPairs, symbols: MergeSymbols, n_symbols: int, least: int, merges: list[Pair]) -> None:
    """Merge the most frequent pairs until there are so many symbols, or no pair stands often enough.

    Args:
        counts: of the words; changed.
        symbols: grow.
        n_symbols: to reach.
        least: how often a pair must stand.
        merges: what was learned before; grows.
    """
    known, n_before = set(merges), len(symbols.spellings)
    while len(symbols.spellings) < n_symbols and (best := counts.best()) is not None and best[1] >= least:
        pair = best[0]
        counts.merge(pair, symbols.joined(pair))
        if pair not in known:  # one that came about again goes with its first rank
            known.add(pair)
            merges.append(pair)
        report(len(symbols.spellings) - n_before, n_symbols - n_before, "Merging")
