"""The sentences without accents, tone marks and vowel points, and the tokens that they take."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.text.diacritics import without_marks
from core.tokenizers.tokenizer import Tokenizer


@dataclass(frozen=True, eq=False)
class Bare:
    """Tokens of each sentence without its marks, (N,), and which sentences have marks, bool (N,)."""

    tokens: NDArray[np.int64]
    changed: NDArray[np.bool_]


def bare(tokenizer: Tokenizer, sentences: Sequence[str]) -> Bare:
    """The same of sentences that are counted now.

    >>> from core.tokenizers.catalog import open_tokenizer
    >>> found = bare(open_tokenizer("builtin:utf8-bytes"), ["née", "ne"])
    >>> found.tokens.tolist(), found.changed.tolist()
    ([3, 2], [True, False])
    """
    stripped = [without_marks(sentence) for sentence in sentences]
    changed = np.array([a != b for a, b in zip(sentences, stripped, strict=True)], np.bool_)
    return Bare(np.asarray(tokenizer.count(stripped).tokens, np.int64), changed)
