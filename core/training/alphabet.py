"""The characters that get entries of their own, and those that are left to bytes or to the unknown token."""

import re
from collections import Counter
from collections.abc import Iterable

from core.common.params import Param
from core.training.pretokenizers import NORMALISERS, SPACE

COVERAGE = Param(
    key="coverage",
    label="Characters covered",
    default=0.9995,
    help="Share of the text's characters that are written with entries of their own; the rarest are not.",
    low=0.5,
    high=1.0,
)


def alphabet(chunks: Iterable[str], normaliser: str, coverage: float, most: int) -> list[str]:
    """The most frequent characters that make up this share of a text, by code point; white space as it stands.

    >>> alphabet(["aaab "], "none", 0.7, 10)
    [' ', 'a']
    """
    normalised, counts = NORMALISERS[normaliser], Counter[str]()
    for chunk in chunks:
        counts.update(normalised.normalize_str(chunk) if normalised else chunk)
    counts.pop(SPACE, None)  # it is written for the space
    wanted, kept, covered = coverage * counts.total(), list[str](), 0
    for character, n in sorted(counts.items(), key=lambda each: (-each[1], each[0])):
        if covered >= wanted or len(kept) >= most:
            break
        kept.append(character)
        covered += n
    return sorted({*kept, " "})


def others(characters: Iterable[str]) -> str:
    """A pattern of every character that is not among these."""
    return f"[^{''.join(map(re.escape, characters))}]"
