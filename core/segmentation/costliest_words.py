"""Which words and characters of a text cost the most tokens: the evidence behind a premium."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from core.segmentation.overlaps import overlapping, spans_of_text
from core.text.units import units_of
from core.tokenizers.segmentation import Segmentation


@dataclass(frozen=True)
class Cost:
    """What a word or a character costs.

    Args:
        text: the word or character.
        n_times: how often it occurs.
        n_tokens: tokens that overlap it, over all occurrences.
    """

    text: str
    n_times: int
    n_tokens: int

    @property
    def tokens_each(self) -> float:
        """Tokens per occurrence."""
        return self.n_tokens / self.n_times


def costliest_words(segmentations: Sequence[Segmentation], most: int = 20) -> list[Cost]:
    """The words that take the most tokens per occurrence, frequent ones first among equals; empty in scripts that put
    no spaces between words.

    >>> from core.tokenizers.catalog import open_tokenizer
    >>> costliest_words([open_tokenizer("builtin:utf8-bytes").segment("I am Müller")], most=1)[0].text
    'Müller'
    """
    return _costliest(segmentations, most, words=True)


def costliest_characters(segmentations: Sequence[Segmentation], most: int = 20) -> list[Cost]:
    """The same for what a reader calls characters (grapheme clusters), spaces aside."""
    return _costliest(segmentations, most, words=False)


def _costliest(segmentations: Sequence[Segmentation], most: int, words: bool) -> list[Cost]:
    times, tokens = Counter[bytes](), Counter[bytes]()
    for segmentation in segmentations:
        units = units_of(segmentation.text.decode())
        starts, ends = (units.word_starts, units.word_ends) if words else (units.clusters[:-1], units.clusters[1:])
        counts = overlapping(*spans_of_text(segmentation), starts, ends)
        for a, b, n in zip(starts.tolist(), ends.tolist(), np.asarray(counts).tolist(), strict=True):
            piece = segmentation.text[a:b]
            if not piece.isspace():
                times[piece] += 1
                tokens[piece] += n
    found = [Cost(piece.decode(), n, tokens[piece]) for piece, n in times.items()]
    return sorted(found, key=lambda cost: (-cost.tokens_each, -cost.n_times, cost.text))[:most]
