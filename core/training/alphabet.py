"""The characters that get entries of their own, and those that are left to bytes or to the unknown token."""

import re
from collections.abc import Iterable

import numpy as np

from core.common.params import Param
from core.training.pretokenizers import SPACE, normalised

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
    counts = np.zeros(0x110000, np.int64)
    for chunk in normalised(chunks, normaliser):
        found = np.bincount(np.frombuffer(chunk.encode("utf-32-le"), np.uint32))
        counts[: len(found)] += found
    counts[ord(SPACE)] = 0  # it is written for the space
    by_count = np.argsort(-counts, kind="stable")[: np.count_nonzero(counts)]
    before = np.cumsum(counts[by_count]) - counts[by_count]
    kept = by_count[:most][before[:most] < coverage * counts.sum()]
    return sorted({*map(chr, kept.tolist()), " "})


def others(characters: Iterable[str]) -> str:
    """A pattern of every character that is not among these."""
    return f"[^{''.join(map(re.escape, characters))}]"
