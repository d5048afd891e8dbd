"""How weights of a family cut: of the segmenters that somebody had learnt here."""

from collections.abc import Callable

from core.segmenters.byte_model import entropies_bits
from core.segmenters.families.hnet import boundary_probabilities
from core.segmenters.families.magnet import behind_ends
from core.segmenters.over_threshold import over_threshold
from core.segmenters.segmenter import Chunks
from core.segmenters.trunk import Trunk


def learnt_cut(family: str, trunk: Trunk, threshold: float) -> Callable[[str], Chunks]:
    """Cuts a text as the family does.

    Args:
        family: hnet, magnet or entropy.
        trunk: its weights.
        threshold: of the first and the last.
    """
    if family == "magnet":
        return lambda text: behind_ends(text, trunk)
    values = {"hnet": boundary_probabilities, "entropy": entropies_bits}[family]
    return lambda text: over_threshold(values(text.encode(), trunk), threshold)
