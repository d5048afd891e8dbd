"""Patches that start where the next byte is uncertain, as the Byte Latent Transformer makes them."""

from core.common.params import Param, Params
from core.segmenters.byte_model import FILE, byte_trunk, shipped_entropies
from core.segmenters.over_threshold import over_threshold
from core.segmenters.segmenter import ByteSegmenter, CutByWeights, Cutter
from core.segmenters.weights import weights_fingerprint


def _cutter(params: Params) -> Cutter:
    threshold = params.number("threshold")
    return Cutter(
        lambda text: over_threshold(shipped_entropies(text.encode()), threshold),
        weights_fingerprint(FILE),
        trained=CutByWeights("entropy", byte_trunk, threshold),
    )


SEGMENTER = ByteSegmenter(
    key="entropy",
    label="Entropy patches (BLT)",
    order=10,
    kind="learned",
    about="A patch starts at a byte that a small byte model finds uncertain: whose entropy is over a threshold.",
    source="Pagnoni et al. 2024, Byte Latent Transformer; the byte model is this project's",
    cutter=_cutter,
    params=(
        Param(
            key="threshold",
            label="Threshold",
            default=3.5,
            help="In bits. A lower one gives shorter patches.",
            low=0.0,
            high=8.0,
        ),
    ),
    value="entropy of the byte before it is read",
    unit="bits",
)
