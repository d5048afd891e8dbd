"""How much of the vocabulary a text touches."""

import numpy as np

from core.common.definitions import Definition
from core.metrics.base import SEGMENTATIONS, VOCABULARY, Metric, Value, undefined
from core.metrics.evidence import Evidence


def vocabulary_use(evidence: Evidence) -> Value:
    """Distinct ids / size of the vocabulary."""
    if not evidence.n_vocabulary:
        return undefined("This tokenizer has no vocabulary.")
    return Value(len(np.unique(evidence.ids)) / evidence.n_vocabulary)


METRIC = Metric(
    definition=Definition(
        "vocabulary_use",
        "Vocabulary use",
        "share of ids",
        "",
        "Distinct ids that occur / ids of the vocabulary. Grows with the text; compare only on texts of one size.",
    ),
    compute=vocabulary_use,
    on=("sentences",),
    needs=(SEGMENTATIONS, VOCABULARY),
)
