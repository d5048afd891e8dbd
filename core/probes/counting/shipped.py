"""How often letters were counted rightly, as it ships in data/probes: by the three counters and by a real model."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from core.common.codec import from_json
from core.common.data_folders import DATA
from core.probes.counting.answers import LettersCounted
from core.probes.letters import CountedByModel

COUNTED_FILE = DATA / "probes" / "letters.json"


@dataclass(frozen=True)
class WordCounted:
    """A word in which a model counted a letter that occurs `n` times, by how it was written."""

    word: str
    letter: str
    n: int
    by_form: Mapping[str, CountedByModel]


@dataclass(frozen=True)
class ShippedCounts:
    """Who was asked when.

    Args:
        model, name, fingerprint: the real model.
        date, versions: when all were asked, ISO 8601, and with which libraries.
        seed: how the strings were drawn.
        counters: what they said to strings that they had not seen.
        words: what the model said.
    """

    model: str
    name: str
    fingerprint: str
    date: str
    versions: tuple[str, ...]
    seed: int
    counters: LettersCounted
    words: tuple[WordCounted, ...]


@cache
def shipped_counts() -> ShippedCounts:
    """All of it.

    >>> [one.key for one in shipped_counts().counters.by]
    ['plain', 'spaced', 'hyphenated']
    """
    return from_json(ShippedCounts, COUNTED_FILE.read_text(encoding="utf-8"), {})
