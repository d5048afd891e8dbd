"""95 % intervals of ratios of sums over sentences, by resampling them, or groups of them (paired bootstrap)."""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from math import nan

import numpy as np

from core.metrics.base import Found, LeftOut, Metric, Ratio, Uneven, Value
from core.metrics.evidence import Evidence
from core.stats.bootstrap import DRAWS, MIN_ITEMS, Floats, percentiles, resampled_sums
from core.stats.grouped_items import Groups, group_sums
from core.stats.left_out import interval as left_out_interval


def intervals(
    ratios: Sequence[Ratio], draws: int = DRAWS, seed: int = 0, groups: Groups | None = None
) -> list[tuple[float, float]]:
    """(low, high) of each ratio of the same N sentences; NaN for one that rests on fewer than 10 of what is drawn.

    All share the draws, which are those of premiums for a text of N sentences.

    Args:
        groups: of the sentences, (N,), which are drawn then; None where each is drawn by itself.

    >>> same = Ratio(np.full(10, 6), np.full(10, 3), "")
    >>> intervals([same, Ratio(np.full(10, 6), np.zeros(10, int), "")])
    [(2.0, 2.0), (nan, nan)]
    """
    if not ratios:
        return []
    sides = np.stack([side for one in ratios for side in (one.above, one.below)]).astype(np.float64)
    items = group_sums(sides, groups)
    n = items.shape[1]
    sums = resampled_sums(items, [np.arange(n)] if n else [], draws, seed)
    pairs = zip(items[1::2], sums[::2], sums[1::2], strict=True)
    return [_interval(above / below) if _enough(each, below) else (nan, nan) for each, above, below in pairs]


def _enough(each: Floats, below: Floats) -> bool:
    return bool(np.count_nonzero(each) >= MIN_ITEMS and (below > 0).all())


def measured(metrics: Iterable[Metric], evidence: Evidence) -> dict[str, Value]:
    """The metrics by key, each with its interval where it has one, all from the same draws.

    Ratios of sums and numbers over languages are resampled; for numbers of all sentences together, such as an entropy,
    one sentence, or group of them, is left out at a time.
    """
    found = {one.key: one.computed(evidence) for one in metrics}
    ratios = {key: each for key, each in found.items() if isinstance(each, Ratio)}
    drawn = dict(zip(ratios, intervals(list(ratios.values()), groups=evidence.groups), strict=True))
    return {key: _with_interval(each, drawn.get(key, (nan, nan))) for key, each in found.items()}


def _with_interval(found: Found, drawn: tuple[float, float]) -> Value:
    if isinstance(found, Value):
        return found
    low, high = drawn
    if isinstance(found, LeftOut):
        low, high = left_out_interval(found.number, found.without)
    elif isinstance(found, Uneven) and found.drawn is not None:
        low, high = _interval(found.statistic(found.drawn))
    return replace(found.value, low=low, high=high)


def _interval(values: Floats) -> tuple[float, float]:
    low, high = percentiles(values)
    return float(low), float(high)
