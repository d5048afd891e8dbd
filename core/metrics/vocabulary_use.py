"""How much of the vocabulary a text touches."""

import numpy as np

from core.common.definitions import Definition
from core.metrics.base import Evidence, Metric, Value, undefined


def vocabulary_use(evidence: Evidence) -> Value:
    """Distinct ids / size of the vocabulary."""
    if not evidence.n_vocabulary:
        return undefined("This tokenizer has no vocabulary.")
    return Value(len(np.unique(evidence.ids)) / evidence.n_vocabulary)


METRIC = Metric(
    Definition(
        "vocabulary_use",
        "Vocabulary use",
        "share of ids",
        "",
        "Distinct ids that occur / ids of the vocabulary. Grows with the text; compare only on texts of one size.",
    ),
    vocabulary_use,
    ("segmentations", "vocabulary"),
)
