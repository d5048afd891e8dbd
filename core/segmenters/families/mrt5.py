"""MrT5: a gate behind the first layers deletes bytes that the layers after it can do without."""

from functools import cache

import numpy as np

from core.common.params import Param, Params
from core.segmenters.over_threshold import over_threshold
from core.segmenters.segmenter import ByteSegmenter, CutByWeights, Cutter
from core.segmenters.trunk import Floats, Trunk, symbols_of
from core.segmenters.weights import weights, weights_fingerprint

FILE = "mrt5"
SCALE = -30.0  # k


@cache
def _trunk() -> Trunk:
    return Trunk(weights(FILE))


def gates(text: bytes) -> Floats:
    """G of each byte of a text, float32 (N,): 0 is kept for certain, k deleted for certain."""
    trunk = _trunk()
    states = trunk.hidden(symbols_of(text))[1:]
    found: Floats = (SCALE / (1 + np.exp(states @ trunk.arrays["w"] + trunk.arrays["b"]))).astype(np.float32)
    return found


def _cutter(params: Params) -> Cutter:
    threshold = params.number("threshold") or float(_trunk().arrays["threshold"][0])
    return Cutter(
        lambda text: over_threshold(gates(text.encode()), threshold),
        weights_fingerprint(FILE),
        trained=CutByWeights("mrt5", _trunk, threshold),
    )


SEGMENTER = ByteSegmenter(
    key="mrt5",
    label="Delete gate (MrT5)",
    order=35,
    kind="learned",
    about=(
        "A gate deletes bytes that the layers behind it can do without. A chunk is a byte that is kept and the deleted "
        "ones behind it, so there are as many chunks as kept bytes."
    ),
    source="Kallini et al. 2025, MrT5: Dynamic Token Merging for Efficient Byte-level Language Models; weights ours",
    cutter=_cutter,
    params=(
        Param(
            key="threshold",
            label="Threshold",
            default=0.0,
            own_choice=True,
            help="A byte is kept where its gate is over it, so a lower one keeps more. 0 stands for the one over which "
            "half of the bytes of the training text lie; the paper's is -15.",
            low=SCALE,
            high=0.0,
        ),
    ),
    value="gate of the byte: 0 is kept, −30 deleted",
    unit="gate",
)
