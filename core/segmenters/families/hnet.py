"""H-Net: a chunk starts where the state of a byte is unlike the one before."""

from functools import cache

from core.common.params import Param, Params
from core.segmenters.over_threshold import over_threshold
from core.segmenters.router import start_probabilities
from core.segmenters.segmenter import ByteSegmenter, CutByWeights, Cutter
from core.segmenters.trunk import Floats, Trunk, symbols_of
from core.segmenters.weights import weights, weights_fingerprint

FILE = "hnet"
THRESHOLD = 0.52  # over which about one byte in five of the training text lies, without code


@cache
def _trunk() -> Trunk:
    return Trunk(weights(FILE))


def boundary_probabilities(text: bytes, trunk: Trunk | None = None) -> Floats:
    """The router's p at each byte of a text, float32 (N,); 1 at the first.

    Args:
        trunk: another than the one that ships.
    """
    trunk = trunk or _trunk()
    return start_probabilities(trunk.hidden(symbols_of(text)), trunk.arrays["query"], trunk.arrays["key"])


def _cutter(params: Params) -> Cutter:
    threshold = params.number("threshold")
    return Cutter(
        lambda text: over_threshold(boundary_probabilities(text.encode()), threshold),
        weights_fingerprint(FILE),
        trained=CutByWeights("hnet", _trunk, threshold),
    )


SEGMENTER = ByteSegmenter(
    key="hnet",
    label="H-Net (one stage)",
    order=20,
    kind="learned",
    about="A chunk starts where the state of a byte is unlike the one before, as a router has learnt to see it.",
    source="Hwang, Wang and Gu 2025, Dynamic Chunking for End-to-End Hierarchical Sequence Modeling; weights ours",
    cutter=_cutter,
    params=(
        Param(
            key="threshold",
            label="Threshold",
            default=THRESHOLD,
            help="A chunk starts where the router's p is over it. It learnt with 0.5, what reads its chunks with 0.52.",
            low=0.0,
            high=1.0,
        ),
    ),
    value="probability that a chunk starts at the byte",
    unit="probability",
)
