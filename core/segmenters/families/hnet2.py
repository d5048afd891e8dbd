"""H-Net of two stages: chunks of bytes, and chunks of those chunks."""

from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from core.common.params import Param, Params
from core.segmenters.router import start_probabilities
from core.segmenters.segmenter import ByteSegmenter, Chunks, CutByWeights, Cutter
from core.segmenters.trunk import Floats, Trunk, blocks_in, normed, symbols_of
from core.segmenters.weights import weights, weights_fingerprint

FILE = "hnet2"
_KEPT = 64  # texts: a lane for each stage asks for the same


@cache
def _trunk() -> Trunk:
    return Trunk(weights(FILE))


@lru_cache(maxsize=_KEPT)
def both_stages(text: bytes) -> tuple[Floats, NDArray[np.int32], Floats]:
    """(p of each byte, float32 (N,); where chunks of the first stage start, int32 (J,); p of each of those, (J,))."""
    trunk = _trunk()
    arrays, states = trunk.arrays, trunk.hidden(symbols_of(text))
    p = start_probabilities(states, arrays["routers.0.query"], arrays["routers.0.key"])
    starts = np.flatnonzero(p > arrays["thresholds"][0])
    x = states[[0, *(starts + 1)]]  # the start symbol is a chunk of its own
    for block in blocks_in(arrays, "second."):
        x = block.applied(x)
    second = start_probabilities(normed(x), arrays["routers.1.query"], arrays["routers.1.key"])
    return p, starts.astype(np.int32), second


def _cutter(params: Params) -> Cutter:
    stage = params.word("stage")

    def cut(text: str) -> Chunks:
        p, starts, second = both_stages(text.encode())
        thresholds = _trunk().arrays["thresholds"]
        if stage == "1":
            return Chunks(starts, p, float(thresholds[0]))
        values = np.full(len(p), np.nan, np.float32)
        values[starts] = second
        return Chunks(starts[second > thresholds[1]], values, float(thresholds[1]))

    return Cutter(cut, weights_fingerprint(FILE), trained=CutByWeights("hnet2", _trunk, stage=int(stage)))


SEGMENTER = ByteSegmenter(
    key="hnet2",
    label="H-Net (two stages)",
    order=21,
    kind="learned",
    about=(
        "A first router cuts bytes into chunks as H-Net of one stage does; a second one, which sees only those chunks, "
        "joins them to larger ones."
    ),
    source="Hwang, Wang and Gu 2025, Dynamic Chunking for End-to-End Hierarchical Sequence Modeling; weights ours",
    cutter=_cutter,
    params=(
        Param(
            key="stage",
            label="Stage",
            default="2",
            help="Chunks of the first stage, or of the second, each of which is one or several of the first.",
            choices=("1", "2"),
        ),
    ),
    value="probability that a chunk starts at the byte, as the router of the stage has it",
    unit="probability",
)
