"""Vectors of words, read from a file or made from text."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from torch import Tensor


@dataclass(frozen=True, eq=False)
class WordVectors:
    """Words with their vectors, frequent words first.

    Args:
        words: W of them, all different.
        vectors: float32 (W, d).
    """

    words: Sequence[str]
    vectors: Tensor

    @cached_property
    def row_by_word(self) -> dict[str, int]:
        """Row of each word."""
        return {word: row for row, word in enumerate(self.words)}
