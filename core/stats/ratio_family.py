"""Ratios that belong together: each tested against 1, corrected for their number, and against being of no size at all.

A verdict depends on the family that it belongs to, so a family is all comparisons of a kind, whichever of them are
looked at. Beside "do they differ?" stands "do they differ by less than a margin?", two one-sided tests at the same
level, corrected for the same number.

Sources: Holm 1979; Schuirmann 1987, A Comparison of the Two One-Sided Tests Procedure (equivalence).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.stats.grouped_items import Groups, group_sums
from core.stats.ratio_t_test import LEVEL, NO_DIFFERENCE, NO_SPREAD, Floats, holm, probability, quantile

Terms = Sequence[tuple[NDArray[Any], int]]  # what each item adds to the sums of each member, (M, N), and a power
_ROUNDING = 1e-13  # of two variances, below which their difference is taken for 0
Correct = Callable[[Floats], Floats]


@dataclass(frozen=True, eq=False)
class RatioFamily:
    """Estimates of ratios with what chance can do to them, any shape; NaN where a ratio cannot be had.

    Args:
        logarithm: natural logarithms of the ratios.
        error: their standard errors.
        degrees: of freedom of each.
        correct: p-values of the same shape to those adjusted for their number.
        n: comparisons that are corrected for together.
        in_pairs: each ratio stands at (i, j) and turned round at (j, i), of (M, M); what is said of both is worked out
            once.
    """

    logarithm: Floats
    error: Floats
    degrees: Floats
    correct: Correct
    n: int
    in_pairs: bool = False

    @property
    def ratio(self) -> Floats:
        """The ratios."""
        return np.asarray(np.exp(self.logarithm))

    @property
    def low(self) -> Floats:
        """Lower ends of their 95 % intervals, not corrected."""
        return np.asarray(np.exp(self.logarithm - self._reach))

    @property
    def high(self) -> Floats:
        """Upper ends of the same."""
        return np.asarray(np.exp(self.logarithm + self._reach))

    @cached_property
    def adjusted(self) -> Floats:
        """Two-sided probability of so large a difference by chance, after correction."""
        return self.correct(self._tail(np.abs(self.logarithm), 2.0, NO_DIFFERENCE))

    @property
    def distinct(self) -> NDArray[np.bool_]:
        """Which ratios differ from 1 beyond chance, at 5 % after correction; False where not compared."""
        return np.asarray(self.adjusted < LEVEL)

    def within(self, margin: float) -> NDArray[np.bool_]:
        """Which ratios are shown to lie within 1 ± `margin` (by its logarithm), at 5 % after correction."""
        return np.asarray(self.correct(self._tail(np.log1p(margin) - np.abs(self.logarithm), 1.0, 0.0)) < LEVEL)

    @cached_property
    def _reach(self) -> Floats:
        return np.asarray(quantile(1 - LEVEL, self.degrees) * self.error)

    def _tail(self, distance: Floats, sides: float, nothing: float) -> Floats:
        """Probability of lying so far off; certain where the items do not vary, NaN where nothing is compared."""
        asked = ~np.isnan(self.logarithm)
        if self.in_pairs:
            asked = np.triu(asked)
        off, error = distance[asked], self.error[asked]
        with np.errstate(divide="ignore", invalid="ignore"):
            by_chance = np.minimum(1.0, sides * probability(off / error, self.degrees[asked]))
        found = np.full(distance.shape, np.nan)
        found[asked] = np.where(error < NO_SPREAD, np.where(off > nothing, 0.0, 1.0), by_chance)
        if self.in_pairs:
            found.T[asked] = found[asked]
        return found


def each_against_one(
    terms: Terms, members: NDArray[np.bool_], usable: NDArray[np.bool_], groups: Groups | None, least: int
) -> RatioFamily:
    """A family of M ratios, each a product of powers of sums over the same N items.

    Args:
        members: which ratios belong to the family, (M,); the others are NaN.
        usable: which items count for each, (M, N).
        groups: of the items, which are the sample then.
        least: items, or groups, that a ratio needs; NaN for those with fewer.

    >>> x = np.array([[2.0, 4.0, 6.0], [5.0, 5.0, 5.0]])
    >>> every = np.ones(x.shape, bool)
    >>> found = each_against_one([(x, 1), (x[[1]], -1)], every[:, 0], every, None, 2)
    >>> found.ratio.round(3).tolist(), found.adjusted.round(3).tolist()
    ([0.8, 1.0], [1.0, 1.0])
    """
    logarithm, influence = _estimates([(values.astype(np.float64), power) for values, power in terms], usable)
    n = (group_sums(usable, groups) > 0).sum(1)
    found = [np.where(members, each, np.nan) for each in _spread(logarithm, group_sums(influence, groups), n, least)]
    return RatioFamily(found[0], found[1], found[2], holm, int((~np.isnan(found[0])).sum()))


def pairs(
    terms: Terms, present: NDArray[np.bool_], members: NDArray[np.bool_], groups: Groups | None, least: int
) -> tuple[Floats, Floats, Floats]:
    """Logarithm of each member's ratio over each other's, its error and degrees of freedom, (M, M) each.

    Args:
        present: which items each member has, (M, N); two are compared on those that both have.
        members: those compared, (M,); rows and columns of others are NaN.
        groups: of the items, which are the sample then.
        least: items, or groups, that a pair needs; NaN for pairs with fewer.
    """
    terms = [(values.astype(np.float64), power) for values, power in terms]
    found = _of_whole(terms, groups) if present.all() else _of_gaps(terms, present, members, groups, least)
    none = ~members[:, None] | ~members | np.eye(len(members), dtype=bool)
    logarithm, error, degrees = (np.where(none, np.nan, each) for each in found)
    return logarithm, error, degrees


def _of_whole(terms: Terms, groups: Groups | None) -> tuple[Floats, Floats, Floats]:
    """All pairs at once, where every member has every item."""
    logarithm, influence = _estimates([(group_sums(values, groups), power) for values, power in terms])
    n = influence.shape[1]
    products = influence @ influence.T
    own = np.diagonal(products)
    variance = own[:, None] + own - 2 * products
    variance[variance < _ROUNDING * (own[:, None] + own)] = 0
    error = np.sqrt(variance * n / max(1, n - 1))
    with np.errstate(invalid="ignore"):  # two members without a sum, of which both are -inf
        between = logarithm[:, None] - logarithm
    return between, error, np.full(error.shape, n - 1.0)


def _of_gaps(
    terms: Terms, present: NDArray[np.bool_], members: NDArray[np.bool_], groups: Groups | None, least: int
) -> tuple[Floats, Floats, Floats]:
    """Each member against those after it, on the items that both have."""
    found = np.full((3, len(members), len(members)), np.nan)
    for i in np.flatnonzero(members):
        others = np.flatnonzero(members & (np.arange(len(members)) > i))
        usable = present[i] & present[others]
        one, its = _estimates([(values[[i]], power) for values, power in terms], usable)
        two, theirs = _estimates([(values[others], power) for values, power in terms], usable)
        n = (group_sums(usable, groups) > 0).sum(1)
        found[:, i, others] = found[:, others, i] = _spread(one - two, group_sums(its - theirs, groups), n, least)
    return found[0] * np.sign(np.arange(len(members)) - np.arange(len(members))[:, None]), found[1], found[2]


def holm_of_pairs(p: Floats) -> Floats:
    """Holm's correction for all pairs of M, (M, M) and symmetric; NaN on the diagonal.

    >>> holm_of_pairs(np.array([[np.nan, 0.01], [0.01, np.nan]])).tolist()
    [[nan, 0.01], [0.01, nan]]
    """
    above = np.triu_indices(len(p), 1)
    adjusted = np.full(p.shape, np.nan)
    adjusted[above] = adjusted.T[above] = holm(p[above])
    return adjusted


def _estimates(terms: Terms, usable: NDArray[np.bool_] | None = None) -> tuple[Floats, Floats]:
    """Logarithms of products of powers of sums, (M,), and what each item moves them by to first order, (M, N)."""
    logarithm: Floats = np.zeros(1)
    influence: Floats = np.zeros((1, 1))
    with np.errstate(divide="ignore", invalid="ignore"):
        for values, power in terms:
            kept = values if usable is None else values * usable
            sums = kept.sum(1, dtype=np.float64)
            logarithm = logarithm + power * np.log(sums)
            influence = influence + power * kept / sums[:, None]
    return logarithm, influence


def _spread(
    logarithm: Floats, influence: Floats, size: NDArray[np.integer[Any]], least: int
) -> tuple[Floats, Floats, Floats]:
    """The same logarithms, with standard errors and degrees of freedom, (M,) each; influences add up to 0.

    Args:
        size: items behind each, or groups of them; NaN for fewer than `least`.
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        error = np.sqrt((influence**2).sum(1) * size / (size - 1))
    bad = ~np.isfinite(logarithm) | (size < least)
    columns = (logarithm, error, size - 1.0)
    kept = [np.where(bad, np.nan, np.broadcast_to(column, bad.shape)) for column in columns]
    return kept[0], kept[1], kept[2]
