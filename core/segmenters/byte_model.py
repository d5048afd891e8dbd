"""The small byte model that ships: how likely each next byte of a text is, with numpy alone."""

from functools import cache

import numpy as np
from numpy.typing import NDArray

from core.segmenters.trunk import KERNEL, ORDERS, START, Floats, Trunk, gram_rows, normed, symbols_of
from core.segmenters.weights import weights

FILE = "bytes"


@cache
def byte_trunk() -> Trunk:
    """Its body, with the head among its arrays."""
    return Trunk(weights(FILE))


def next_byte_nats(text: bytes) -> Floats:
    """Logarithms of the probability of each byte at each place of a text, given those before: float32 (N, 256).

    >>> bool(np.allclose(np.exp(next_byte_nats(b"the ")).sum(1), 1, atol=1e-4))
    True
    """
    trunk = byte_trunk()
    logits = trunk.hidden(symbols_of(text)[:-1]) @ trunk.arrays["head"]
    return log_softmax(logits)


def log_softmax(logits: Floats) -> Floats:
    """Rows as logarithms of probabilities."""
    shifted = logits - logits.max(-1, keepdims=True)
    nats: Floats = shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))
    return nats


def entropies_bits(text: bytes) -> Floats:
    """How uncertain each byte of a text is before it is read, in bits: float32 (N,)."""
    nats = next_byte_nats(text)
    entropies: Floats = (-(np.exp(nats) * nats).sum(-1) / np.log(2)).astype(np.float32)
    return entropies


def surprisals_bits(text: bytes) -> Floats:
    """How surprising each byte of a text is, in bits: float32 (N,)."""
    at = np.frombuffer(text, np.uint8).astype(np.intp)
    surprisals: Floats = (-next_byte_nats(text)[np.arange(len(at)), at] / np.log(2)).astype(np.float32)
    return surprisals


class ByteByByte:
    """The same model, a byte at a time from the start of a text: the same bits in whoever writes and who reads."""

    def __init__(self) -> None:
        self._trunk = byte_trunk()
        self._symbols: list[int] = []
        self._seen: list[list[Floats]] = [[] for _ in self._trunk.blocks]
        self.read(START)

    def read(self, symbol: int) -> None:
        """Take in a byte; `frequencies` is then of the next."""
        self._symbols.append(symbol)
        tail = np.array(self._symbols[-max(ORDERS) :], np.int64)
        x = self._trunk.read(tail[-1:], gram_rows(tail)[-1:])
        for block, seen in zip(self._trunk.blocks, self._seen, strict=True):
            seen.append(normed(x) * block.scale)
            looked = seen[-1] * block.conv[0]
            for k in range(1, min(KERNEL, (len(seen) - 1) // block.dilation + 1)):
                looked = looked + seen[-1 - k * block.dilation] * block.conv[k]
            x = x + block.mixed(looked)
        self._nats = log_softmax(self._trunk.finished(x) @ self._trunk.arrays["head"])[0]

    def frequencies(self, total: int) -> NDArray[np.int64]:
        """Whole frequencies of the 256 next bytes, each at least 1, in sum `total`: int64 (256,)."""
        found: NDArray[np.int64] = np.floor(np.exp(self._nats.astype(np.float64)) * (total - 256)).astype(np.int64) + 1
        found[np.argmax(found)] += total - found.sum()
        return found
