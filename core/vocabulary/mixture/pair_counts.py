"""How often neighbours stand together in several texts while merges are applied, one after another."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Change:
    """What one merge does to the counts.

    Args:
        pair: index of the merged pair; -1 where no text has it.
        pairs: indices of the pairs whose counts change, int64 (n,).
        counts: by how much in each text, (n, C).
    """

    pair: int
    pairs: Ints
    counts: Floats


@dataclass(frozen=True, eq=False)
class PairCounts:
    """Counts of all pairs before the first merge, and what each merge changes.

    Args:
        first: of each pair in each text, (P, C); pairs that only arise later begin at 0.
        changes: one per merge, in order.
        symbols: the two symbols of each pair, P of them.
    """

    first: Floats
    changes: Sequence[Change]
    symbols: Sequence[tuple[bytes, bytes]]


class _CutWords:
    """Distinct words of all texts, cut into symbols, and where each pair of neighbours stands."""

    def __init__(self, words: Mapping[tuple[bytes, ...], Floats]) -> None:
        self.symbols = [list(word) for word in words]
        self.counts = np.array([*words.values()])  # (W, C)
        self.index = dict[tuple[bytes, bytes], int]()
        self.holders = defaultdict[int, set[int]](set)
        self.noted = list[tuple[int, int, int]]()  # (pair, word, by how much)
        for word in range(len(self.symbols)):
            self._note(word, 1)

    def _note(self, word: int, sign: int) -> None:
        for pair in pairwise(self.symbols[word]):
            place = self.index.setdefault(pair, len(self.index))
            self.noted.append((place, word, sign))
            self.holders[place].add(word)

    def noted_counts(self) -> tuple[Ints, Floats]:
        """What was noted since the last call: pairs, and the change of their counts in each text."""
        n_texts = self.counts.shape[1]
        if not self.noted:
            return np.empty(0, np.int64), np.empty((0, n_texts))
        places, words, signs = np.array(self.noted).T
        self.noted.clear()
        pairs, inverse = np.unique(places, return_inverse=True)
        sums = np.zeros((len(pairs), n_texts))
        np.add.at(sums, inverse, signs[:, None] * self.counts[words])
        changed = sums.any(axis=1)
        return pairs[changed], sums[changed]

    def merge(self, left: bytes, right: bytes) -> int:
        """Merge a pair wherever it stands; its index, -1 if it stands nowhere."""
        place = self.index.get((left, right), -1)
        for word in sorted(self.holders.pop(place, ())):
            symbols = self.symbols[word]
            merged = _merged(symbols, left, right)
            if len(merged) < len(symbols):  # it may have lost the pair to an earlier merge
                self._note(word, -1)
                self.symbols[word] = merged
                self._note(word, 1)
        self.holders.pop(place, None)
        return place


def _merged(symbols: list[bytes], left: bytes, right: bytes) -> list[bytes]:
    found, at = list[bytes](), 0
    while at < len(symbols):
        both = symbols[at] == left and at + 1 < len(symbols) and symbols[at + 1] == right
        found.append(left + right if both else symbols[at])
        at += 2 if both else 1
    return found


def pair_counts(texts: Sequence[Counter[tuple[bytes, ...]]], merges: Sequence[tuple[bytes, bytes]]) -> PairCounts:
    """Counts of neighbours in each text before each merge.

    Args:
        texts: how often each word, cut into first symbols, stands in each of C texts.
        merges: left and right symbol of each.

    >>> found = pair_counts([Counter({(b"a", b"b", b"a"): 2})], [(b"a", b"b")])
    >>> found.symbols, found.first.tolist(), found.changes[0].counts.tolist()
    ([(b'a', b'b'), (b'b', b'a'), (b'ab', b'a')], [[2.0], [2.0], [0.0]], [[-2.0], [-2.0], [2.0]])
    """
    words = _CutWords(_by_text(texts))
    pairs, first = words.noted_counts()
    changes = [Change(words.merge(left, right), *words.noted_counts()) for left, right in merges]
    counts = np.zeros((len(words.index), len(texts)))
    counts[pairs] = first
    return PairCounts(counts, changes, [*words.index])


def _by_text(texts: Sequence[Counter[tuple[bytes, ...]]]) -> dict[tuple[bytes, ...], Floats]:
    counts = dict[tuple[bytes, ...], Floats]()
    for n, text in enumerate(texts):
        for word, times in text.items():
            counts.setdefault(word, np.zeros(len(texts)))[n] = times
    return counts
