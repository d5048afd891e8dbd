"""What writing without accents, tone marks and vowel points would save: the surcharge of writing correctly."""

import numpy as np

from core.common.definitions import Definition
from core.metrics.base import BARE, SEGMENTATIONS, Metric, Ratio, Value, undefined
from core.metrics.evidence import Evidence


def marks_saved(evidence: Evidence) -> Ratio | Value:
    """Tokens saved without marks / tokens, over all sentences."""
    assert evidence.bare is not None, "declared as needed"
    if not evidence.bare.changed.any():
        return undefined("The text has no accents, tone marks or vowel points.")
    return Ratio(evidence.tokens - np.asarray(evidence.bare.tokens, np.int64), evidence.tokens, evidence.no_tokens)


METRIC = Metric(
    definition=Definition(
        "marks_saved",
        "Saved without marks",
        "share of tokens",
        "lower",
        "Share of the tokens that would be saved if accents, tone marks and the vowel points of Arabic and Hebrew were "
        "left out: the surcharge of writing correctly. Below 0 where a text takes more tokens without them. Vowel "
        "signs of Indic scripts stay, since without them a text says something else.",
        "this project",
    ),
    compute=marks_saved,
    on=("sentences",),
    needs=(SEGMENTATIONS, BARE),
)
