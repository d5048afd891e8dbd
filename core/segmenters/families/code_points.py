"""Code points: what a model with a row for each character reads, such as one whose rows are frozen pictures."""

from collections.abc import Sequence

import numpy as np

from core.common.params import Params
from core.segmenters.glyphs import PLANE, nearest_likeness
from core.segmenters.segmenter import ByteSegmenter, Chunks, Cutter
from core.text.scripts import code_points
from core.text.utf8 import byte_offsets


def _cut(text: str) -> Chunks:
    offsets, points = byte_offsets(text), code_points(text)
    likeness = np.full(len(points), np.nan, np.float32)
    likeness[points < PLANE] = nearest_likeness()[points[points < PLANE]]
    return Chunks(offsets[:-1], np.repeat(likeness, np.diff(offsets)))


def _starts(texts: Sequence[str]) -> list[Chunks]:
    """Of a count, that asks for no values and so reads no map."""
    return [Chunks(byte_offsets(text)[:-1]) for text in texts]


def _cutter(params: Params) -> Cutter:
    return Cutter(_cut, cut_many=_starts)


SEGMENTER = ByteSegmenter(
    key="code-points",
    label="Code points (frozen pictures)",
    order=80,
    kind="rule",
    about="A cut at every character of Unicode: a model with a row for each reads one input, whatever its bytes.",
    source="Bochkov 2025, Emergent Semantics Beyond Token Embeddings; the pictures are GNU Unifont's, the map ours",
    cutter=_cutter,
    value="likeness of the character's picture to the nearest other one, 1 where both are the same",
    unit="likeness",
)
