"""Share of words cut into two tokens or more."""

import numpy as np

from core.common.definitions import definition
from core.metrics.base import SEGMENTATIONS, Evidence, Metric, Value, undefined
from core.metrics.words import tokens_per_word


def continued_words(evidence: Evidence) -> Value:
    """Share of words that two or more tokens overlap."""
    words = tokens_per_word(evidence)
    if not len(words.tokens):
        return undefined(words.remark or "The text holds no words.")
    return Value(float(np.mean(words.tokens > 1)), words.remark)


METRIC = Metric(definition=definition("continued_words"), compute=continued_words, needs=(SEGMENTATIONS,))
