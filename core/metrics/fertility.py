"""Tokens per word, words kept in their context."""

import numpy as np

from core.common.definitions import Definition
from core.metrics.base import SEGMENTATIONS, Metric, Ratio
from core.metrics.evidence import Evidence


def fertility(evidence: Evidence) -> Ratio:
    """Mean number of tokens that overlap a word, over all words of all sentences."""
    words = evidence.words
    tokens = np.array([one.sum() for one in words.tokens], np.int64)
    return Ratio(tokens, words.n_words, words.none, words.remark)


METRIC = Metric(
    definition=Definition(
        "fertility",
        "Fertility",
        "tokens/word",
        "lower",
        "Mean number of tokens that overlap a word. The text is cut whole and words are found in it afterwards, so a "
        "word keeps its space in front and its neighbours; a token over two words counts for both. Words lie between "
        "the boundaries of UAX 29 and hold a letter or a digit. Undefined where words are not separated by spaces, "
        "unless a segmenter is chosen.",
        "Rust et al. 2021, How Good is Your Tokenizer?; Unicode Standard Annex 29",
    ),
    compute=fertility,
    on=("text", "sentences"),
    needs=(SEGMENTATIONS,),
    order=80,
)
