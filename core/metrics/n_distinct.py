"""How many different tokens the text takes."""

import numpy as np

from core.common.definitions import Definition
from core.metrics.base import SEGMENTATIONS, Metric, Value
from core.metrics.evidence import Evidence


def n_distinct(evidence: Evidence) -> Value:
    """Different ids among the tokens of all sentences."""
    return Value(len(np.unique(evidence.ids)))


METRIC = Metric(
    definition=Definition(
        "n_distinct",
        "Distinct tokens",
        "ids",
        "",
        "Different ids among the tokens that stand for text.",
    ),
    compute=n_distinct,
    on=("text",),
    needs=(SEGMENTATIONS,),
    form="whole",
    order=140,
)
