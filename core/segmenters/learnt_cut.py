"""How weights of a family cut: of the segmenters that somebody had learnt here."""

from collections.abc import Callable, Mapping

import numpy as np
from numpy.typing import NDArray

from core.segmenters.byte_model import entropies_bits
from core.segmenters.families.hnet import boundary_probabilities
from core.segmenters.families.magnet import behind_ends
from core.segmenters.over_threshold import over_threshold
from core.segmenters.segmenter import Chunks
from core.segmenters.trunk import Trunk


def learnt_cut(family: str, arrays: Mapping[str, NDArray[np.floating]], threshold: float) -> Callable[[str], Chunks]:
    """Cuts a text as the family does.

    Args:
        family: hnet, magnet or entropy.
        arrays: its weights by name.
        threshold: of the first and the last.
    """
    trunk = Trunk(arrays)
    if family == "magnet":
        return lambda text: behind_ends(text, trunk)
    values = {"hnet": boundary_probabilities, "entropy": entropies_bits}[family]
    return lambda text: over_threshold(values(text.encode(), trunk), threshold)
