"""Tokens per word, words kept in their context."""

import numpy as np

from core.common.definitions import definition
from core.metrics.base import SEGMENTATIONS, Evidence, Metric, Value, undefined
from core.metrics.words import tokens_per_word


def fertility(evidence: Evidence) -> Value:
    """Mean number of tokens that overlap a word, over all words of all sentences."""
    words = tokens_per_word(evidence)
    if not len(words.tokens):
        return undefined(words.remark or "The text holds no words.")
    return Value(float(np.mean(words.tokens)), words.remark)


METRIC = Metric(definition=definition("fertility"), compute=fertility, needs=(SEGMENTATIONS,))
