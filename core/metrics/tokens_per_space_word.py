"""Tokens per word between white space: fertility as many papers have it."""

import numpy as np

from core.common.definitions import Definition
from core.metrics.base import SEGMENTATIONS, Metric, Ratio
from core.metrics.evidence import Evidence


def tokens_per_space_word(evidence: Evidence) -> Ratio:
    """All tokens / words between white space, over the sentences whose script puts spaces between words."""
    spaced = np.array([not one.no_words for one in evidence.units])
    words = np.array([len(one.text.decode().split()) for one in evidence.cut], np.int64)
    return Ratio(evidence.tokens * spaced, words * spaced, evidence.words.none, evidence.words.remark)


METRIC = Metric(
    definition=Definition(
        "tokens_per_space_word",
        "Tokens per white-space word",
        "tokens/word",
        "lower",
        "All tokens of the sentences / the words between their white space: what many papers call fertility. "
        "Punctuation counts to the word that it touches, so it is higher than our fertility, whose words lie between "
        "boundaries of UAX 29. Undefined where words are not separated by spaces.",
        "Ács 2019; Ahia et al. 2023",
    ),
    compute=tokens_per_space_word,
    on=("sentences",),
    needs=(SEGMENTATIONS,),
)
