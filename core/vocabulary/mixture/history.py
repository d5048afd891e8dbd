"""Counts of pairs at any time of the merging: kept once, since each round of an inference asks for them again."""

from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.vocabulary.mixture.pair_counts import Floats, Ints, PairCounts

Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class CountHistory:
    """What the counts of pairs come to, change by change.

    Args:
        first: of each pair in each text before the first merge, (P, C).
        there: whether some text ever has a merge's pair, bool (T,).
        merged: of each merge's pair when it is merged, (T, C); 0 where no text has it.
        greatest: of each pair in each text at any time, (P, C).
        pairs: the pairs that the merges change, in order, int64 (N,).
        after: their counts after the change, (N, C).
        ends: where each merge's changes end among them, int64 (T,).
    """

    first: Floats
    there: Bools
    merged: Floats
    greatest: Floats
    pairs: Ints
    after: Floats
    ends: Ints

    def before(self, merges: Ints, pairs: Ints) -> Floats:
        """Counts of some pairs just before some merges, (n, C)."""
        order, keys = self._by_pair
        last = np.searchsorted(keys, pairs * self._step + merges) - 1
        changed = (last >= 0) & (keys[last] // self._step == pairs)
        counts: Floats = self.first[pairs]
        counts[changed] = self.after[order[last[changed]]]
        return counts

    @property
    def _step(self) -> int:
        return len(self.ends) + 1

    @cached_property
    def _by_pair(self) -> tuple[Ints, Ints]:
        """Changes by pair and then by merge: places in `pairs`, and numbers that rise with both."""
        merges = np.repeat(np.arange(len(self.ends)), np.diff(self.ends, prepend=0))
        keys = self.pairs * self._step + merges
        order = np.argsort(keys, kind="stable")
        return order, keys[order] if len(order) else np.full(1, -1)


def history(counts: PairCounts) -> CountHistory:
    """The counts of all pairs at all times.

    >>> from core.vocabulary.mixture.pair_counts import pair_counts
    >>> from collections import Counter
    >>> found = history(pair_counts([Counter({(b"a", b"b", b"a"): 2})], [(b"a", b"b"), (b"ab", b"a")]))
    >>> found.merged.tolist(), found.before(np.array([0, 1, 1]), np.array([2, 2, 0])).tolist()
    ([[2.0], [2.0]], [[0.0], [2.0], [0.0]])
    """
    n_changed = [len(change.pairs) for change in counts.changes]
    ends = np.cumsum(n_changed, dtype=np.int64)
    n_categories = counts.first.shape[1]
    merged, after = np.zeros((len(ends), n_categories)), np.empty((sum(n_changed), n_categories))
    now, greatest = counts.first.copy(), counts.first.copy()
    for t, (change, end) in enumerate(zip(counts.changes, ends.tolist(), strict=True)):
        if change.pair >= 0:
            merged[t] = now[change.pair]
        now[change.pairs] += change.counts
        after[end - len(change.pairs) : end] = now[change.pairs]
        greatest[change.pairs] = np.maximum(greatest[change.pairs], now[change.pairs])
    pairs = np.concatenate([np.empty(0, np.int64), *(change.pairs for change in counts.changes)])
    there = np.array([change.pair >= 0 for change in counts.changes], np.bool_)
    return CountHistory(counts.first, there, merged, greatest, pairs, after, ends)
