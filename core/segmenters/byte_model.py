"""The small byte model that ships: how likely each next byte of a text is, with numpy alone."""

from functools import cache, lru_cache

import numpy as np

from core.segmenters.trunk import Floats, Trunk, symbols_of
from core.segmenters.weights import weights

FILE = "bytes"
_KEPT = 64


@cache
def byte_trunk() -> Trunk:
    """Its body, with the head among its arrays."""
    return Trunk(weights(FILE))


def next_byte_nats(text: bytes, trunk: Trunk | None = None) -> Floats:
    """Logarithms of the probability of each byte at each place of a text, given those before: float32 (N, 256).

    Args:
        trunk: another than the one that ships.

    >>> bool(np.allclose(np.exp(next_byte_nats(b"the ")).sum(1), 1, atol=1e-4))
    True
    """
    trunk = trunk or byte_trunk()
    logits = trunk.hidden(symbols_of(text)[:-1]) @ trunk.arrays["head"]
    return log_softmax(logits)


def log_softmax(logits: Floats) -> Floats:
    """Rows as logarithms of probabilities."""
    shifted = logits - logits.max(-1, keepdims=True)
    nats: Floats = shifted - np.log(np.exp(shifted).sum(-1, keepdims=True))
    return nats


def entropies_bits(text: bytes, trunk: Trunk | None = None) -> Floats:
    """How uncertain each byte of a text is before it is read, in bits: float32 (N,)."""
    nats = next_byte_nats(text, trunk)
    entropies: Floats = (-(np.exp(nats) * nats).sum(-1) / np.log(2)).astype(np.float32)
    return entropies


@lru_cache(maxsize=_KEPT)
def shipped_entropies(text: bytes) -> Floats:
    """The same by the model that ships, kept: two segmenters ask for it of one text. Not to be written to."""
    return entropies_bits(text)


def surprisals_bits(text: bytes) -> Floats:
    """How surprising each byte of a text is, in bits: float32 (N,)."""
    at = np.frombuffer(text, np.uint8).astype(np.intp)
    surprisals: Floats = (-next_byte_nats(text)[np.arange(len(at)), at] / np.log(2)).astype(np.float32)
    return surprisals
