"""Windows of equal information: an arithmetic coder of whole numbers that fills W bits, then begins anew.

A window stands for an interval of whole numbers, at first [0, 2^W). At each byte its last number is kept for "the
window ends here"; the others are shared out among the 256 bytes by their frequencies, and a byte whose share is empty
does not fit. So a window's code is one number of W bits, and tells by itself how many bytes it holds. Coder and model
both begin anew in each window.

Equal-information windows are of Lester et al. 2024; the number kept for the end is ours (theirs has no such mark).

A window depends on nothing but the byte that it starts at. So many are filled at once: those of several texts, and in a
long text those from several places, each followed by the next until one starts where another place's has started.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from core.segmenters.byte_rows import ByteRows, Doubles, whole_frequencies
from core.segmenters.trunk import START

TOTAL = 1 << 14  # of the frequencies; a window of as many numbers takes any first byte
LEAST_BITS, MOST_BITS = 16, 128
_ROWS = 96  # windows filled at once at most
_APART = 96  # bytes at least between two places of a text that windows are filled from: they meet after some tens


@dataclass(frozen=True)
class CodeWindow:
    """A window: its code, how many bytes it holds, and how many of its bits are used up with each."""

    code: int
    n_bytes: int
    used: tuple[float, ...]


def encode_windows(texts: Sequence[bytes], bits: int) -> list[list[CodeWindow]]:
    """Texts as windows of so many bits.

    >>> windows, none = encode_windows([b"the end", b""], 16)
    >>> decode_windows([one.code for one in windows], 16), none
    (b'the end', [])
    """
    found: list[dict[int, CodeWindow]] = [{} for _ in texts]
    places, begun = _places(texts), set[tuple[int, int]]()
    rows = list[_Filling | None]([None] * min(_ROWS, len(places)))
    model = ByteRows(len(rows))

    def opened(place: tuple[int, int] | None) -> _Filling | None:
        """The window that starts there, or else at the next place where none has been begun."""
        while place is None or place in begun or place[1] == len(texts[place[0]]):
            if not places:
                return None
            place = places.popleft()
        begun.add(place)
        return _Filling(*place, 1 << bits)

    while True:
        rows = [filling or opened(None) for filling in rows]
        if not any(rows):
            break
        symbols = [START if one is None or not one.used else texts[one.text][one.at - 1] for one in rows]
        edges = _edges(model.read(np.array(symbols, np.int64)))
        for row, one in enumerate(rows):
            if one is None:
                continue
            text = texts[one.text]
            if one.takes(edges[row], text[one.at]):
                one.used.append(bits - float(np.log2(float(one.size))))
                if one.at < len(text):
                    continue
            found[one.text][one.start] = CodeWindow(one.low + one.size - 1, len(one.used), tuple(one.used))
            rows[row] = opened((one.text, one.at))
    return [_chained(windows, len(text)) for windows, text in zip(found, texts, strict=True)]


@dataclass
class _Filling:
    """A window that is being filled: of which text, from which byte, and the numbers that are left."""

    text: int
    start: int
    size: int
    low: int = 0
    used: list[float] = field(default_factory=list)

    @property
    def at(self) -> int:
        """The byte that comes next."""
        return self.start + len(self.used)

    def takes(self, edges: NDArray[np.int64], byte: int) -> bool:
        """Narrow it to the share of a byte, if that is not empty."""
        begin, end = (int(edge) * (self.size - 1) // TOTAL for edge in edges[byte : byte + 2])
        if begin < end:
            self.low, self.size = self.low + begin, end - begin
        return begin < end


def _places(texts: Sequence[bytes]) -> deque[tuple[int, int]]:
    """Where windows are filled from: the start of each text, and as many more as there are rows for."""
    apart = max(_APART, sum(map(len, texts)) // _ROWS)
    inner = [(n, at) for n, text in enumerate(texts) for at in range(apart, len(text), apart)]
    return deque([(n, 0) for n in range(len(texts))] + (inner if len(texts) < _ROWS else []))


def _chained(windows: dict[int, CodeWindow], n_bytes: int) -> list[CodeWindow]:
    """Those that follow each other from the first byte on."""
    found, at = [], 0
    while at < n_bytes:
        found.append(windows[at])
        at += windows[at].n_bytes
    return found


def decode_windows(codes: Sequence[int], bits: int) -> bytes:
    """The text that windows of so many bits stand for."""
    found, low, size = [bytearray() for _ in codes], [0] * len(codes), [1 << bits] * len(codes)
    model, symbols = ByteRows(len(codes)), np.full(len(codes), START, np.int64)
    while left := [row for row, code in enumerate(codes) if code != low[row] + size[row] - 1]:
        edges = _edges(model.read(symbols))
        for row in left:
            shares = edges[row].astype(object) * (size[row] - 1) // TOTAL
            byte = int(np.searchsorted(shares, codes[row] - low[row], "right")) - 1
            low[row], size[row] = low[row] + int(shares[byte]), int(shares[byte + 1] - shares[byte])
            found[row].append(byte)
            symbols[row] = byte
    return b"".join(found)


def _edges(p: Doubles) -> NDArray[np.int64]:
    """Where the share of each byte begins, and where the last ends, of `TOTAL`: int64 (N, 257)."""
    return np.pad(np.cumsum(whole_frequencies(p, TOTAL), 1), ((0, 0), (1, 0)))
