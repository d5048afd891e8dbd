"""Patches that start where uncertainty rises: the monotonic rule of the Byte Latent Transformer."""

import numpy as np
from numpy.typing import NDArray

from core.common.params import Param, Params
from core.segmenters.byte_model import FILE, byte_trunk, shipped_entropies
from core.segmenters.over_threshold import over_threshold
from core.segmenters.segmenter import ByteSegmenter, CutByWeights, Cutter
from core.segmenters.weights import weights_fingerprint


def rises_bits(text: bytes) -> NDArray[np.float32]:
    """By how much the entropy of each byte is over that of the one before, float32 (N,); NaN at the first."""
    return np.diff(shipped_entropies(text), prepend=np.float32("nan"))


def _cutter(params: Params) -> Cutter:
    threshold = params.number("threshold")
    return Cutter(
        lambda text: over_threshold(rises_bits(text.encode()), threshold),
        weights_fingerprint(FILE),
        trained=CutByWeights("entropy-rise", byte_trunk, threshold),
    )


SEGMENTER = ByteSegmenter(
    key="entropy-rise",
    label="Entropy rises (BLT)",
    order=11,
    kind="learned",
    about="A patch starts at a byte that a small byte model finds more uncertain, by a threshold, than the one before.",
    source="Pagnoni et al. 2024, Byte Latent Transformer; the byte model is this project's",
    cutter=_cutter,
    params=(
        Param(
            key="threshold",
            label="Threshold",
            default=1.5,
            help="In bits. A lower one gives shorter patches.",
            low=0.0,
            high=8.0,
        ),
    ),
    value="rise of the entropy since the byte before",
    unit="bits",
)
