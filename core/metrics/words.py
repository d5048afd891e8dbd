"""The words of sentences and the tokens over each, for metrics over words.

What a word is, `core.text.units` says; here each stands in its sentence, so a token over two
words counts for both.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.common.numbers import count
from core.segmentation.overlaps import overlapping
from core.text.units import Ints, Units


@dataclass(frozen=True, eq=False)
class Words:
    """Words of N sentences.

    Args:
        spans: where the tokens of each sentence that stand for text begin and end, N of them.
        units: of the same sentences, N of them.
    """

    spans: Sequence[tuple[Ints, Ints]]
    units: Sequence[Units]

    @cached_property
    def tokens(self) -> list[Ints]:
        """How many tokens overlap each word of a sentence, int32 (W,), for N sentences."""
        return [
            overlapping(starts, ends, one.word_starts, one.word_ends)
            for (starts, ends), one in zip(self.spans, self.units, strict=True)
        ]

    @cached_property
    def n_words(self) -> NDArray[np.int64]:
        """Words of each sentence, (N,)."""
        return np.array([len(one) for one in self.tokens], np.int64)

    @property
    def spelled(self) -> list[bytes]:
        """The words themselves, sentence after sentence."""
        return [
            one.text[a:b]
            for one in self.units
            for a, b in zip(one.word_starts.tolist(), one.word_ends.tolist(), strict=True)
        ]

    @property
    def none(self) -> str:
        """Why there is no word, where there is none."""
        return self.remark or "The text holds no word."

    @cached_property
    def remark(self) -> str:
        """What is left out and why, empty if nothing is."""
        if len(self.units) == 1:
            return self.units[0].no_words or self.units[0].words_left_out
        left_out = [one.no_words for one in self.units if one.no_words]
        if len(left_out) == len(self.units):
            return left_out[-1] if left_out else ""
        return (
            f"{count(len(left_out))} of {count(len(self.units))} sentences are left out. {left_out[-1]}"
            if left_out
            else ""
        )
