"""Bytes themselves: what byte-level models such as MonoByte read, and what all other segmenters shorten."""

import numpy as np

from core.common.params import Params
from core.segmenters.segmenter import ByteSegmenter, Chunks, Cutter


def _cutter(params: Params) -> Cutter:
    return Cutter(lambda text: Chunks(np.arange(len(text.encode()), dtype=np.int32)))


SEGMENTER = ByteSegmenter(
    key="bytes",
    label="MonoByte (bytes)",
    order=90,
    kind="rule",
    about="A cut at every byte: a model of bytes has no segmenter, and reads each by itself.",
    source="Xue et al. 2022, ByT5; MonoByte (Abonizio et al. 2022)",
    cutter=_cutter,
)
