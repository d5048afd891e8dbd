"""Windows of equal information: each holds as much text as an arithmetic coder packs into so many bits."""

from collections.abc import Sequence

import numpy as np

from core.common.params import Param, Params
from core.segmenters.byte_model import FILE
from core.segmenters.segmenter import ByteSegmenter, Chunks, Cutter
from core.segmenters.weights import weights_fingerprint
from core.segmenters.window_coder import LEAST_BITS, MOST_BITS, CodeWindow, encode_windows


def _cutter(params: Params) -> Cutter:
    bits = params.whole("bits")

    def cut_many(texts: Sequence[str]) -> list[Chunks]:
        return [_chunks(windows) for windows in encode_windows([text.encode() for text in texts], bits)]

    return Cutter(lambda text: cut_many([text])[0], weights_fingerprint(FILE), cut_many)


def _chunks(windows: Sequence[CodeWindow]) -> Chunks:
    starts = np.cumsum([0, *(window.n_bytes for window in windows[:-1])])
    used = np.array([bits_used for window in windows for bits_used in window.used], np.float32)
    return Chunks(starts.astype(np.int32), used)


SEGMENTER = ByteSegmenter(
    key="windows",
    label="Equal-information windows",
    order=40,
    kind="learned",
    about=(
        "A window holds as many bytes as an arithmetic coder over a small byte model packs into so many bits; then "
        "coder and model begin anew."
    ),
    source="Lester et al. 2024, Training LLMs over Neurally Compressed Text; the byte model and the coder are ours",
    cutter=_cutter,
    params=(
        Param(
            key="bits",
            label="Bits of a window",
            default=32,
            help="Each window is one number of so many bits, from which its bytes can be read back.",
            low=LEAST_BITS,
            high=MOST_BITS,
        ),
    ),
    value="bits of the window that are used up with the byte",
    unit="bits",
    most_bytes=20_000,
)
