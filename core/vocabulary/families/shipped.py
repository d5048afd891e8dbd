"""Families that were compared before and ship with the project, in data/families."""

import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from core.common.codec import built
from core.common.data_folders import DATA
from core.vocabulary.families.generations import VocabularyGeneration

FILE = DATA / "families" / "families.json"


@dataclass(frozen=True)
class ShippedGeneration:
    """One vocabulary of a family.

    Args:
        key, label, year: of the tokenizer, as the atlas has them.
        fingerprint: of the tokenizer.
        file: where the tokenizer's file came from, with its SHA-256.
        found: what it is, and what it took from the one before.
    """

    key: str
    label: str
    year: int
    fingerprint: str
    file: str
    found: VocabularyGeneration


@cache
def shipped_families(file: Path = FILE) -> dict[str, tuple[ShippedGeneration, ...]]:
    """The generations of each family, oldest first.

    >>> [one.label for one in shipped_families()["Qwen"]]
    ['Qwen 1 to 3', 'Qwen 3.5 and 3.6']
    """
    document = json.loads(file.read_text(encoding="utf-8"))
    return {name: tuple(built(ShippedGeneration, one) for one in rows) for name, rows in document["families"].items()}
