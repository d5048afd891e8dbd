"""Windows of equal information: an arithmetic coder of whole numbers that fills W bits, then begins anew.

A window stands for an interval of whole numbers, at first [0, 2^W). At each byte its last number is kept for "the
window ends here"; the others are shared out among the 256 bytes by their frequencies, and a byte whose share is empty
does not fit. So a window's code is one number of W bits, and tells by itself how many bytes it holds. Coder and model
both begin anew in each window.

Equal-information windows are of Lester et al. 2024; the number kept for the end is ours (theirs has no such mark).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.segmenters.byte_model import ByteByByte

TOTAL = 1 << 14  # of the frequencies; a window of as many numbers takes any first byte
LEAST_BITS, MOST_BITS = 16, 128


@dataclass(frozen=True)
class CodeWindow:
    """A window: its code, how many bytes it holds, and how many of its bits are used up with each."""

    code: int
    n_bytes: int
    used: tuple[float, ...]


def encode_windows(text: bytes, bits: int) -> list[CodeWindow]:
    """A text as windows of so many bits.

    >>> windows = encode_windows(b"the end", 16)
    >>> decode_windows([one.code for one in windows], 16)
    b'the end'
    """
    windows, at = [], 0
    while at < len(text):
        low, size, used, model = 0, 1 << bits, list[float](), ByteByByte()
        while at < len(text):
            edges = _edges(model, size)
            begin, end = int(edges[text[at]]), int(edges[text[at] + 1])
            if begin == end:
                break
            low, size = low + begin, end - begin
            used.append(bits - float(np.log2(float(size))))
            model.read(text[at])
            at += 1
        windows.append(CodeWindow(low + size - 1, len(used), tuple(used)))
    return windows


def decode_windows(codes: Sequence[int], bits: int) -> bytes:
    """The text that windows of so many bits stand for."""
    found = bytearray()
    for code in codes:
        low, size, model = 0, 1 << bits, ByteByByte()
        while code != low + size - 1:
            edges = _edges(model, size)
            byte = int(np.searchsorted(edges, code - low, "right")) - 1
            low, size = low + int(edges[byte]), int(edges[byte + 1] - edges[byte])
            found.append(byte)
            model.read(byte)
    return bytes(found)


def _edges(model: ByteByByte, size: int) -> "np.ndarray[tuple[int], np.dtype[np.object_]]":
    """Where the share of each byte begins in all numbers but the last, and where the last share ends: (257,)."""
    cumulative = np.concatenate([[0], np.cumsum(model.frequencies(TOTAL))]).astype(object)
    return cumulative * (size - 1) // TOTAL
