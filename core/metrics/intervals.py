"""95 % intervals of ratios of sums over sentences, by resampling the sentences (paired bootstrap)."""

from collections.abc import Sequence
from math import nan

import numpy as np

from core.metrics.base import Ratio
from core.stats.bootstrap import DRAWS, MIN_ITEMS, Floats, percentiles, resampled_sums


def intervals(ratios: Sequence[Ratio], draws: int = DRAWS, seed: int = 0) -> list[tuple[float, float]]:
    """(low, high) of each ratio of the same N sentences; NaN for one that rests on fewer than 10 of them.

    All share the draws, which are those of premiums for a text of N sentences.

    >>> same = Ratio(np.full(10, 6), np.full(10, 3), "")
    >>> intervals([same, Ratio(np.full(10, 6), np.zeros(10, int), "")])
    [(2.0, 2.0), (nan, nan)]
    """
    if not ratios:
        return []
    n = len(ratios[0].below)
    sums = resampled_sums(
        np.stack([side for one in ratios for side in (one.above, one.below)]).astype(np.float64),
        [np.arange(n)] if n else [],
        draws,
        seed,
    )
    pairs = zip(ratios, sums[::2], sums[1::2], strict=True)
    return [_interval(above / below) if _enough(one, below) else (nan, nan) for one, above, below in pairs]


def _enough(one: Ratio, below: Floats) -> bool:
    return bool(np.count_nonzero(one.below) >= MIN_ITEMS and (below > 0).all())


def _interval(values: Floats) -> tuple[float, float]:
    low, high = percentiles(values)
    return float(low), float(high)
