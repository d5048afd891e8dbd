"""How much of the vocabulary a text touches."""

from core.common.definitions import Definition
from core.metrics.base import SEGMENTATIONS, VOCABULARY, LeftOut, Metric, Value, undefined
from core.metrics.evidence import Evidence


def vocabulary_use(evidence: Evidence) -> LeftOut | Value:
    """Distinct ids / size of the vocabulary."""
    if not evidence.n_vocabulary:
        return undefined("This tokenizer has no vocabulary.")
    types = evidence.type_counts
    return LeftOut(len(types.counts) / evidence.n_vocabulary, types.n_types / evidence.n_vocabulary)


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
