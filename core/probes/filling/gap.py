"""A place in a text where something is missing, and what a model put there."""

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class TextGap:
    """A place in a text where something is missing."""

    before: str
    missing: str
    after: str


@dataclass(frozen=True)
class FilledGap:
    """A gap that a model filled.

    Args:
        inside: whether the tokenizer would have no cut there, were nothing missing.
        first: probability that was given to the first missing byte, by a key of `core.probes.gaps.WAYS`.
        filled: what stood there in the end, as many bytes as are missing, by the same.
    """

    gap: TextGap
    inside: bool
    first: Mapping[str, float]
    filled: Mapping[str, str]

    def right(self, way: str) -> bool:
        """Whether it is what was missing."""
        return self.filled[way] == self.gap.missing
