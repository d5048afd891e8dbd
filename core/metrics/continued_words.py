"""Share of words cut into two tokens or more."""

import numpy as np

from core.common.definitions import Definition
from core.metrics.base import SEGMENTATIONS, Metric, Ratio
from core.metrics.evidence import Evidence


def continued_words(evidence: Evidence) -> Ratio:
    """Share of words that two or more tokens overlap."""
    words = evidence.words
    cut = np.array([np.count_nonzero(one > 1) for one in words.tokens], np.int64)
    return Ratio(cut, words.n_words, words.none, words.remark)


METRIC = Metric(
    definition=Definition(
        "continued_words",
        "Continued words",
        "share of words",
        "lower",
        "Share of words that two or more tokens overlap; words as for fertility.",
        "Rust et al. 2021, How Good is Your Tokenizer?",
    ),
    compute=continued_words,
    on=("text", "sentences"),
    needs=(SEGMENTATIONS,),
    form="share",
    order=90,
)
