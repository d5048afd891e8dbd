"""Whether ratios of sums differ by more than chance: Student's t by the delta method, corrected for their number.

The items summed, such as sentences, are the sample. To first order each of them moves a ratio by its own influence, so
the standard error of the ratio follows from the spread of the influences. Items are taken as independent.

Sources: Cochran 1977, Sampling Techniques, chapters 5 and 6 (strata, ratio estimates); Holm 1979.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

CORRECTION = "Holm"
LEVEL = 0.05
NO_SPREAD, NO_DIFFERENCE = 1e-12, 1e-9  # rounding errors stay below

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class RatioTest:
    """An estimate with what chance can do to it.

    Args:
        low, high: its 95 % interval, not corrected.
        p: two-sided probability of so large a difference by chance, not corrected.
    """

    value: float
    low: float
    high: float
    p: float


def ratio_against_zero(above: Floats, below: Floats, strata: NDArray[np.intp]) -> RatioTest:
    """One sum over the other against 0, such as a difference per byte.

    Args:
        above, below: what each item adds to the sums, float64 (N,) each.
        strata: which part of the sample each item was drawn from, numbered from 0, (N,).

    >>> found = ratio_against_zero(np.array([1.0, 2.0, 3.0]), np.array([2.0, 2.0, 2.0]), np.zeros(3, np.intp))
    >>> round(found.value, 3), round(found.p, 3)
    (1.0, 0.074)
    """
    total = float(below.sum())
    value = float(above.sum()) / total
    return _t_test(value, (above - value * below) / total, strata)


def _t_test(value: float, influence: Floats, strata: NDArray[np.intp]) -> RatioTest:
    """An estimate against 0, from what each item adds to it to first order.

    One item alone in its stratum does not say how far chance reaches, and is passed over.
    """
    sizes = np.bincount(strata)
    spread = np.bincount(strata, (influence - (np.bincount(strata, influence) / sizes)[strata]) ** 2)
    several = sizes > 1
    error = float(np.sqrt((sizes[several] * spread[several] / (sizes[several] - 1)).sum()))
    degrees = int((sizes[several] - 1).sum())
    if degrees < 1 or error < NO_SPREAD:  # the same in every item
        return RatioTest(value, value, value, 1.0 if abs(value) < NO_DIFFERENCE else 0.0)
    reach = float(quantile(1 - LEVEL, degrees)) * error
    return RatioTest(value, value - reach, value + reach, two_sided(value / error, degrees))


def two_sided(t: float, degrees: float) -> float:
    """Probability that |T| is at least |t|, T with this many degrees of freedom.

    >>> round(two_sided(2.0, 10), 6), two_sided(0.0, 5)
    (0.073388, 1.0)
    """
    return float(2 * probability(abs(t), degrees))


def probability(t: float | Floats, degrees: float | Floats) -> Floats:
    """Probability that T is at least t, for each t; NaN stays NaN.

    >>> probability(np.array([0.0, 2.0]), 10).round(6).tolist()
    [0.5, 0.036694]
    """
    from scipy.special import stdtr  # takes a while, and most that import this module test nothing

    return np.asarray(stdtr(degrees, np.negative(t)))


def quantile(share: float, degrees: float | Floats) -> Floats:
    """The t that |T| exceeds with probability 1 - `share`, for each number of degrees.

    >>> float(quantile(0.95, 10).round(4)), float(quantile(0.95, 1e6).round(3))
    (2.2281, 1.96)
    """
    from scipy.special import stdtrit

    return np.asarray(stdtrit(degrees, (1 + share) / 2))


def holm(p: Floats) -> Floats:
    """P-values adjusted so that one false finding among all of them has at most the stated probability; NaN stays NaN.

    Source: Holm 1979, A Simple Sequentially Rejective Multiple Test Procedure.

    >>> holm(np.array([0.01, 0.04, 0.03])).tolist()
    [0.03, 0.06, 0.06]
    """
    known = np.flatnonzero(~np.isnan(p))
    order = known[np.argsort(p[known], kind="stable")]
    steps = p[order] * np.arange(len(order), 0, -1)
    adjusted = np.full(len(p), np.nan)
    adjusted[order] = np.minimum(np.maximum.accumulate(steps), 1.0) if len(order) else steps
    return adjusted
