"""A learnt segmenter beside the model on BPE: which needs fewer bits for the same lines, and how sure that is."""

import numpy as np
from numpy.typing import NDArray

from core.segmenters.live.recipe import BpeBeside, Snapshot
from core.stats.number import Number

_DRAWN = 2000


def bits_with_interval(bits: NDArray[np.float64], sizes: NDArray[np.int64]) -> Number:
    """Bits per byte of lines, with a 95 % bootstrap interval over lines; without one for fewer than ten.

    >>> bits_with_interval(np.full(12, 8.0), np.full(12, 4)).low
    2.0
    """
    value = float(bits.sum() / sizes.sum())
    if len(bits) < 10:
        return Number(value)
    drawn = np.random.default_rng(0).integers(0, len(bits), (_DRAWN, len(bits)))
    low, high = np.quantile(bits[drawn].sum(1) / sizes[drawn].sum(1), (0.025, 0.975))
    return Number(value, float(low), float(high))


def less_than_bpe(last: Snapshot, beside: BpeBeside) -> Number:
    """Bits per byte that the segmenter needs less than the model on BPE for the same lines; negative where more."""
    return bits_with_interval(beside.line_bits - last.line_bits, last.line_bytes)
