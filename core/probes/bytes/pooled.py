"""Two models with different tokenizers as one: their distributions of the next byte, brought together byte by byte."""

from collections.abc import Iterator, Mapping

import numpy as np
from numpy.typing import NDArray

from core.common.progress import step
from core.models.language_model import LanguageModel
from core.probes.bytes.asking import byte_model
from core.text.utf8 import utf8

Floats = NDArray[np.float64]


def pooled_bits(model: LanguageModel, other: LanguageModel, text: str) -> Mapping[str, float]:
    """Bits for a text by each model alone, by the mean of both distributions of each byte, and by their product.

    Raises:
        UserError: a model cannot be asked about the text.
    """
    logs = list[Floats]()
    for n, one in enumerate((model, other)):
        with step(n / 2, (n + 1) / 2, f"Asking {one.name}"):
            logs.append(np.stack([*_next_bytes(one, text)]))  # (B, 257)
    data = np.frombuffer(utf8(text), np.uint8)
    first, second = logs
    places = np.arange(len(data)), data
    ways = {"model": first, "other": second, **as_one(first, second)}
    return {way: -float(found[places].sum()) / float(np.log(2)) for way, found in ways.items()}


def as_one(first: Floats, second: Floats) -> Mapping[str, Floats]:
    """The mean of two distributions, and their product.

    The product is the square root of it, shared out anew over all there is: the geometric mean.

    Args:
        first, second: log-probabilities, float64 (B, N) each, and so is what comes of them.
    """
    half = (first + second) / 2
    return {
        "mean": np.logaddexp(first, second) - np.log(2),
        "product": half - np.logaddexp.reduce(half, axis=1, keepdims=True),
    }


def _next_bytes(model: LanguageModel, text: str) -> Iterator[Floats]:
    """Log-probabilities of every byte and the end before each byte of a text, (257,)."""
    source = byte_model(model, text).source
    front = source.spellings.front
    data = front + utf8(text)
    for state in source.walk(data, len(data)):
        if len(front) <= len(state.data) < len(data):
            yield state.bins - state.log_mass
