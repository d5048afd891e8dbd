"""Chunks that start where a value at a byte is over a threshold."""

import numpy as np
from numpy.typing import NDArray

from core.segmenters.segmenter import Chunks


def over_threshold(values: NDArray[np.float32], threshold: float) -> Chunks:
    """Chunks of a text with these values; the first byte always starts one.

    >>> over_threshold(np.array([0.1, 0.9, 0.2], np.float32), 0.5).starts.tolist()
    [0, 1]
    """
    over = values > threshold
    over[:1] = True
    return Chunks(np.flatnonzero(over).astype(np.int32), values, threshold)
