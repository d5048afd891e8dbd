"""The ratio of two sums over the same items, with the interval that resampling the items gives it."""

from collections.abc import Sequence

import numpy as np

from core.stats.bootstrap import MIN_ITEMS, percentiles, resampled_sums
from core.stats.number import Number


def ratio_of_sums(over: Sequence[float], under: Sequence[float], items: str) -> Number:
    """The ratio; of fewer than `MIN_ITEMS` items without an interval.

    Args:
        over, under: of each item, (N,), N at least 1; the second sums to more than 0.
        items: what they are, for people.

    >>> ratio_of_sums([1.0] * 10, [2.0] * 10, "texts")
    Number(value=0.5, low=0.5, high=0.5, reason='')
    """
    rows = np.array([over, under], np.float64)
    value = float(rows[0].sum() / rows[1].sum())
    if rows.shape[1] < MIN_ITEMS:
        return Number(value, reason=f"Fewer than {MIN_ITEMS} {items} tell nothing of others.")
    sums = resampled_sums(rows, [np.arange(rows.shape[1])])
    low, high = percentiles(sums[0] / sums[1])
    return Number(value, float(low), float(high))
