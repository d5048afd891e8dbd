"""The byte model a byte at a time, in several texts at once: the same bits in whoever writes and who reads.

A product of matrices adds in an order that depends on how many rows it has and where a row stands, so in floating point
a text's numbers would depend on its neighbours. Here all factors lie on a grid so coarse that 64-bit sums of their
products are exact, whatever their order.
"""

import os
from functools import cache

import numpy as np
from numpy.typing import NDArray

from core.segmenters.byte_model import byte_trunk
from core.segmenters.trunk import KERNEL, ORDERS, START, Trunk, TrunkBlock, gram_rows, normed

Doubles = NDArray[np.float64]
_GRID = 4096.0  # sums of up to 2^8 products of factors below 2^10 then need 52 bits
# Texts of one product of matrices where OpenBLAS may take several threads: so few that it takes one. Two wait for each
# other at each byte, which on a busy machine took forty times as long. A worker has one thread anyway, and in it larger
# products take half as long.
_AT_ONCE = 6


@cache
def _exact_trunk() -> Trunk:
    """The byte model's body, its weights on the grid."""
    given = byte_trunk()
    arrays = {name: _on_grid(array.astype(np.float64)) for name, array in given.arrays.items()}
    return Trunk(arrays, np.float64)


def _on_grid(x: NDArray[np.floating]) -> Doubles:
    rounded: Doubles = np.rint(x * _GRID) / _GRID
    return rounded


class ByteRows:
    """So many texts, each read from its own start."""

    def __init__(self, n_texts: int) -> None:
        self._trunk = _exact_trunk()
        self._n = n_texts
        at_once = max(1, n_texts) if os.environ.get("OPENBLAS_NUM_THREADS") == "1" else _AT_ONCE
        many = (-(-n_texts // at_once), at_once)
        width = len(self._trunk.blocks[0].scale)
        self._seen = [np.zeros(((KERNEL - 1) * block.dilation + 1, *many, width)) for block in self._trunk.blocks]
        self._last = np.full((*many, max(ORDERS)), START, np.int64)
        self._step = 0

    def read(self, symbols: NDArray[np.int64]) -> Doubles:
        """Take in a symbol of each text, int64 (N,); the start symbol begins a text anew.

        Returns:
            Probability of each byte next, float64 (N, 256).
        """
        self._last[..., :-1] = self._last[..., 1:]
        self._last[..., -1].flat[: self._n] = symbols
        anew = self._last[..., -1] == START
        self._last[anew] = START
        x: NDArray[np.floating] = self._trunk.read(self._last[..., -1], gram_rows(self._last)[..., -1, :])
        for block, seen in zip(self._trunk.blocks, self._seen, strict=True):
            seen[:, anew] = 0
            seen[self._step % len(seen)] = normed(x) * block.scale
            x = x + self._mixed(block, seen)
        self._step += 1
        logits = (_on_grid(self._trunk.finished(x)) @ self._trunk.arrays["head"]).reshape(-1, START)[: self._n]
        shares = np.exp(logits - logits.max(1, keepdims=True))
        found: Doubles = shares / shares.sum(1, keepdims=True)
        return found

    def _mixed(self, block: TrunkBlock, seen: Doubles) -> Doubles:
        looked: Doubles = sum(
            seen[(self._step - k * block.dilation) % len(seen)] * block.conv[k] for k in range(KERNEL)
        )
        added: Doubles = _on_grid(block.gated(_on_grid(looked) @ block.up)) @ block.down
        return added


def whole_frequencies(p: Doubles, total: int) -> NDArray[np.int64]:
    """Frequencies of the 256 next bytes of each text, each at least 1, in sum `total`: int64 (N, 256)."""
    found: NDArray[np.int64] = (p * (total - 256)).astype(np.int64) + 1
    found[np.arange(len(found)), found.argmax(1)] += total - found.sum(1)
    return found
