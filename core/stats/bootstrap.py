"""Intervals by resampling: how often each item of a sample is drawn, and the percentiles of what follows from it.

All quantities of one sample share the draws (paired bootstrap), and all resampled sums are one matrix product.

Source: Efron and Tibshirani 1993, An Introduction to the Bootstrap.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.common.errors import UserError
from core.common.numbers import count

Floats = NDArray[np.float64]

DRAWS = 1_000
MOST_DRAWN = 2**31  # numbers of one resampling: two million sentences, a thousand times, in a minute
_BLOCK = 2**23  # counts held at a time, 32 MB; all of 8,000 sentences with a thousand draws
_TOGETHER = 2**15  # numbers drawn by one call: of ten items, 1,000 calls of numpy take twenty times as long as one
MIN_ITEMS = 10  # below, resampling knows too little of what else could have been drawn


@dataclass(frozen=True)
class Draws:
    """How often each of `n` items is drawn when `n` are drawn with replacement, `draws` times.

    Raises:
        UserError: that is more than can be drawn while somebody waits.
    """

    n: int
    draws: int = DRAWS
    seed: int = 0

    def __post_init__(self) -> None:
        if self.n * self.draws > MOST_DRAWN:
            raise UserError(
                f"An interval of {count(self.n)} sentences with {count(self.draws)} draws takes "
                f"{count(self.n * self.draws)} numbers; at most {count(MOST_DRAWN)} are drawn. "
                "Take fewer sentences, or fewer draws."
            )

    def blocks(self) -> Iterator[NDArray[np.float32]]:
        """The counts in blocks of draws, float32 (k, n), the k adding up to `draws`: one block where it is small.

        >>> [block.sum(1).tolist() for block in Draws(3, draws=2).blocks()]
        [[3.0, 3.0]]
        """
        chance = np.random.default_rng(self.seed)
        k, together = max(1, min(self.draws, _BLOCK // max(1, self.n))), max(1, _TOGETHER // max(1, self.n))
        for start in range(0, self.draws, k):
            block = np.empty((min(k, self.draws - start), self.n), np.float32)
            for top in range(0, len(block), together):
                rows = block[top : top + together]
                places = chance.integers(0, self.n, rows.shape)
                places += self.n * np.arange(len(rows))[:, None]
                rows[:] = np.bincount(places.ravel(), minlength=rows.size).reshape(rows.shape)
            yield block


def percentiles(values: NDArray[np.floating[Any]]) -> tuple[Floats, Floats]:
    """The 2.5th and the 97.5th of the last axis, by linear interpolation between neighbours; reorders `values`."""
    return between_ends(ends(values), values.shape[-1])


def ends(values: NDArray[np.floating[Any]]) -> NDArray[np.floating[Any]]:
    """The four of the last axis from which its percentiles follow, (…, 4), what is NaN last; reorders `values`."""
    last = values.shape[-1] - 1
    low, high = (int(place) for place in _places(last))
    if high - low < 2:
        return np.sort(values, axis=-1)[..., [min(one, last) for one in (low, low + 1, high, high + 1)]]
    values.partition(low + 1, axis=-1)  # at one place at a time: only then numpy selects with vector instructions
    values[..., low + 2 :].partition(high - low - 2, axis=-1)
    below, above = values[..., : low + 1].max(-1), np.fmin.reduce(values[..., high + 1 :], axis=-1)
    return np.stack([below, values[..., low + 1], values[..., high], above], axis=-1)


def between_ends(four: NDArray[np.floating[Any]], n: int) -> tuple[Floats, Floats]:
    """The percentiles of n values from their `ends`.

    >>> [end.tolist() for end in between_ends(ends(np.arange(41.0)[::-1].copy()), 41)]
    [1.0, 39.0]
    """
    low, high = (
        four[..., 2 * k] * (1 - p % 1.0) + four[..., 2 * k + 1] * (p % 1.0) for k, p in enumerate(_places(n - 1))
    )
    return low.astype(np.float64), high.astype(np.float64)


def _places(last: int) -> tuple[float, float]:
    return last * 0.025, last * 0.975


def resampled_sums(
    quantities: NDArray[np.float64], strata: Sequence[NDArray[np.intp]], draws: int = DRAWS, seed: int = 0
) -> Floats:
    """Sums of several quantities of the same items, resampled within each stratum, float64 (Q, draws).

    What is not finite of an item is in the sums of those draws that hold the item, and of its quantity only.

    Args:
        quantities: per item, (Q, N).
        strata: items of each stratum, such as the texts of a language; every draw takes as many of each as there are.

    >>> resampled_sums(np.ones((1, 4)), [np.array([0, 1]), np.array([2, 3])], draws=3).tolist()
    [[4.0, 4.0, 4.0]]
    """
    sums = np.zeros((len(quantities), draws))
    for n, items in enumerate(strata):
        picked, at = quantities[:, items], 0
        for weights in Draws(len(items), draws, seed + n).blocks():
            sums[:, at : at + len(weights)] += _weighted(picked, weights.astype(np.float64).T)
            at += len(weights)
    return sums


def _weighted(quantities: Floats, counts: Floats) -> Floats:
    """Their matrix product, (Q, N) by (N, draws), where 0 times what is not finite is 0."""
    if np.isfinite(quantities).all():
        return quantities @ counts
    sums = np.where(np.isfinite(quantities), quantities, 0.0) @ counts
    infinite, undefined = np.isinf(quantities), np.isnan(quantities)
    for value, there in (
        (np.inf, infinite & (quantities > 0)),
        (-np.inf, infinite & (quantities < 0)),
        (np.nan, undefined),
    ):
        drawn = there.astype(np.float64) @ counts > 0
        sums[drawn] = np.where(np.isfinite(sums[drawn]), value, np.nan)
    return sums
