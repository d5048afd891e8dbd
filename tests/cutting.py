"""Segmentations made by hand: what tests say in a line."""

import numpy as np

from core.tokenizers.kinds import Kind
from core.tokenizers.segmentation import Segmentation


def cut(text: str | bytes, *tokens: tuple[int, int, bytes] | tuple[int, int, bytes, Kind]) -> Segmentation:
    """A segmentation of (start, end, bytes) tokens, ordinary unless a kind is named.

    Inserted ones are taken for added, and ids follow the bytes.

    >>> cut("ab", (0, 1, b"a"), (1, 2, b"b")).lossless
    True
    """
    data = text.encode() if isinstance(text, str) else text
    pieces = [token[2] for token in tokens]
    kinds = [token[3] if len(token) > 3 else Kind.ORDINARY for token in tokens]
    ids = [sorted(set(pieces)).index(piece) for piece in pieces]
    starts, ends = (np.array([token[side] for token in tokens], np.int32) for side in (0, 1))
    n_added = kinds.count(Kind.INSERTED)
    return Segmentation(data, np.array(ids, np.int32), starts, ends, np.array(kinds, np.uint8), pieces, n_added)


def pieces_of(*pieces: str | bytes) -> Segmentation:
    """The lossless segmentation that these pieces, side by side, make."""
    data = [piece.encode() if isinstance(piece, str) else piece for piece in pieces]
    edges = np.concatenate([[0], np.cumsum([len(piece) for piece in data])])
    return cut(b"".join(data), *((int(a), int(b), p) for a, b, p in zip(edges, edges[1:], data, strict=False)))
