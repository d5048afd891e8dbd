"""Numbers of a whole sample, such as an entropy, and what they would be without each group of it: the jackknife.

Resampling with replacement repeats text, so it loses types that were seen once and makes every entropy smaller; leaving
out one group at a time does not. The spread of what remains gives the standard error.

Sources: Quenouille 1956; Efron and Stein 1981, The Jackknife Estimate of Variance.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from math import nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.stats.bootstrap import MIN_ITEMS
from core.stats.ratio_t_test import LEVEL, Floats, quantile

Ints = NDArray[np.integer[Any]]


@dataclass(frozen=True, eq=False)
class TypeCounts:
    """How often V types occur in a sample of G groups, and in each of these.

    Args:
        counts: of each type, (V,).
        group, place, n: for each pair of group and type that occurs: both by number, and how often, (E,) each.
        n_groups: G.
    """

    counts: NDArray[np.int64]
    group: Ints
    place: Ints
    n: Ints
    n_groups: int

    @classmethod
    def of(cls, types: Ints, groups: Ints, n_groups: int) -> "TypeCounts":
        """The same of T tokens, from the type and the group of each, (T,).

        >>> found = TypeCounts.of(np.array([7, 7, 9]), np.array([0, 1, 1]), 2)
        >>> found.counts.tolist(), found.without(np.square).tolist()
        ([2, 1], [2.0, 1.0])
        """
        known, place = np.unique(types, return_inverse=True)
        width = max(1, len(known))
        pairs, n = np.unique(np.asarray(groups, np.int64) * width + place, return_counts=True)
        counts = np.bincount(place, minlength=len(known)).astype(np.int64)
        return TypeCounts(counts, pairs // width, pairs % width, n, n_groups)

    def without(self, of_count: Callable[[Floats], Floats]) -> Floats:
        """The sum of a function of the counts, without each group in turn, (G,)."""
        own = self.counts[self.place].astype(np.float64)
        lost = of_count(own) - of_count(own - self.n)
        whole = float(of_count(self.counts.astype(np.float64)).sum())
        return np.asarray(whole - np.bincount(self.group, lost, self.n_groups), np.float64)

    @cached_property
    def n_tokens(self) -> Floats:
        """Tokens without each group, (G,)."""
        return self.without(lambda counts: counts)

    @cached_property
    def n_types(self) -> Floats:
        """Distinct types without each group, (G,)."""
        return self.without(lambda counts: (counts > 0).astype(np.float64))


def interval(value: float, without: Floats) -> tuple[float, float]:
    """The 95 % interval of a number that would be these without each group; NaN for fewer than 10 groups.

    >>> sample = np.arange(20.0)
    >>> low, high = interval(sample.mean(), (sample.sum() - sample) / 19)
    >>> round(float(low), 3), round(float(high), 3)  # Student's t, as for any mean
    (6.731, 12.269)
    """
    n = len(without)
    if n < MIN_ITEMS or not np.isfinite(without).all():
        return nan, nan
    error = float(np.sqrt((n - 1) / n * ((without - without.mean()) ** 2).sum()))
    reach = float(quantile(1 - LEVEL, n - 1)) * error
    return value - reach, value + reach
