"""The body that all shipped segmenters share, computed with numpy: a causal network over bytes.

A position is read as its byte and the hashes of the 2, 3, 4 and 5 bytes that end there; then each block looks back by
a dilated convolution, channel by channel, and mixes the channels by a gated pair of matrices:

    x = [bytes[s_t]; grams_n[hash(s_{t-n+1} … s_t)] …] mix
    x = x + (a * silu(b)) down,   [a; b] = (sum_k conv_k * norm(x)_{t - k * dilation}) up

Norms are of the root mean square. Hashed n-grams are those of BLT (Pagnoni et al. 2024), dilations those of WaveNet
(van den Oord et al. 2016); the sizes are ours. `core.segmenters.build.torch_trunk` trains the same.
"""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float32]
START = 256  # the symbol before the first byte of a text
ORDERS = (2, 3, 4, 5)
GRAM_ROWS = 4096
KERNEL = 4
DILATIONS = (1, 3, 9, 27)
EPSILON = 1e-6
_FACTORS = np.array([1, 0x9E3779B1, 0x85EBCA77, 0xC2B2AE3D, 0x27D4EB2F], np.uint32)
_SPREAD = np.uint32(2654435761)
PIECE = 16_384  # positions computed at a time
REACH = (KERNEL - 1) * sum(DILATIONS)  # positions that a block's output looks back on, in all


def symbols_of(text: bytes) -> NDArray[np.int64]:
    """The start symbol and the bytes of a text, int64 (N + 1,).

    >>> symbols_of(b"a").tolist()
    [256, 97]
    """
    return np.concatenate([[START], np.frombuffer(text, np.uint8)]).astype(np.int64)


def gram_rows(symbols: NDArray[np.int64]) -> NDArray[np.int64]:
    """Rows of the n-gram tables that end at each symbol: int64 (..., T, 4); before the first stand start symbols.

    >>> gram_rows(np.array([256, 97, 98])).shape
    (3, 4)
    """
    longest = max(ORDERS)
    front = np.full((*symbols.shape[:-1], longest - 1), START, np.int64)
    padded = (np.concatenate([front, symbols], -1) + 1).astype(np.uint32)
    n, total = symbols.shape[-1], np.zeros(symbols.shape, np.uint32)
    found = []
    for back in range(longest):
        total = total + padded[..., longest - 1 - back : longest - 1 - back + n] * _FACTORS[back]
        if back + 1 in ORDERS:
            found.append(((total ^ (total >> np.uint32(15))) * _SPREAD) >> np.uint32(20))
    return np.stack(found, -1).astype(np.int64)


@dataclass(frozen=True, eq=False)
class TrunkBlock:
    """One block: `scale` (D,), `conv` (KERNEL, D), `up` (D, 2H), `down` (H, D), float32."""

    scale: Floats
    conv: Floats
    up: Floats
    down: Floats
    dilation: int

    def applied(self, x: Floats) -> Floats:
        """What it makes of (T, D)."""
        seen = normed(x) * self.scale
        looked = seen * self.conv[0]
        for k in range(1, KERNEL):
            back = k * self.dilation
            looked[back:] += seen[: max(0, len(seen) - back)] * self.conv[k]
        return x + self.mixed(looked)

    def mixed(self, looked: Floats) -> Floats:
        """What the block adds, of what its convolution saw, (T, D)."""
        added: Floats = self.gated(looked @ self.up) @ self.down
        return added

    def gated(self, both: NDArray[np.floating]) -> Floats:
        """The first half times the gate of the second, (..., H) of (..., 2H)."""
        half = both.shape[-1] // 2
        gate = both[..., half:]
        gated: Floats = both[..., :half] * (gate / (1 + np.exp(-gate)))
        return gated


def blocks_in(arrays: Mapping[str, Floats], prefix: str) -> list[TrunkBlock]:
    """The blocks whose names begin so, in order."""
    n = sum(name.startswith(prefix) and name.endswith(".up") for name in arrays)
    return [
        TrunkBlock(
            scale=arrays[f"{prefix}{i}.scale"],
            conv=arrays[f"{prefix}{i}.conv"],
            up=arrays[f"{prefix}{i}.up"],
            down=arrays[f"{prefix}{i}.down"],
            dilation=DILATIONS[i],
        )
        for i in range(n)
    ]


class Trunk:
    """A trained body.

    Args:
        arrays: its weights by name, as the shipped files have them.
        kind: of the numbers that it computes with.
    """

    def __init__(self, arrays: Mapping[str, NDArray[np.floating]], kind: type[np.floating] = np.float32) -> None:
        held = {name: np.ascontiguousarray(array, kind) for name, array in arrays.items()}
        self.arrays = held
        self._bytes, self._grams, self._mix, self._scale = (held[n] for n in ("bytes", "grams", "mix", "scale"))
        self.blocks = blocks_in(held, "blocks.")

    def read(self, symbols: NDArray[np.int64], rows: NDArray[np.int64]) -> Floats:
        """What the first block is given, (..., D), of symbols (...) and their rows (..., 4)."""
        grams = [self._grams[n][rows[..., n]] for n in range(len(ORDERS))]
        read: Floats = np.concatenate([self._bytes[symbols], *grams], -1) @ self._mix
        return read

    def hidden(self, symbols: NDArray[np.int64]) -> Floats:
        """The state at each symbol, (T, D), of it and those before it; long texts go piece by piece."""
        rows, found = gram_rows(symbols), []
        for start in range(0, len(symbols), PIECE):
            first = max(0, start - REACH)
            last = min(len(symbols), start + PIECE)
            found.append(self._piece(symbols[first:last], rows[first:last])[start - first :])
        return np.concatenate(found)

    def _piece(self, symbols: NDArray[np.int64], rows: NDArray[np.int64]) -> Floats:
        x = self.read(symbols, rows)
        for block in self.blocks:
            x = block.applied(x)
        return self.finished(x)

    def finished(self, x: NDArray[np.floating]) -> Floats:
        """The state of what the last block gave."""
        return normed(x) * self._scale


def normed(x: NDArray[np.floating]) -> Floats:
    """Rows of root mean square 1."""
    scaled: Floats = x / np.sqrt(np.mean(x * x, -1, keepdims=True) + np.float32(EPSILON))
    return scaled
