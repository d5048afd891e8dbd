"""The widest gap between two languages."""

import numpy as np

from core.common.definitions import Definition
from core.metrics.base import LANGUAGES, Metric, Value, undefined
from core.metrics.evidence import Evidence


def max_min(evidence: Evidence) -> Value:
    """Over languages, of their mean tokens per line."""
    assert evidence.by_language is not None, "declared as needed"
    costs = evidence.by_language[evidence.by_language > 0]
    if len(costs) < 2:
        return undefined("It needs at least two languages with a known cost.")
    left_out = len(evidence.by_language) - len(costs)
    return Value(float(np.max(costs) / np.min(costs)), f"{left_out} masked languages are left out." if left_out else "")


METRIC = Metric(
    definition=Definition(
        "max_min",
        "Dearest / cheapest",
        "×",
        "lower",
        "Tokens per line of the dearest language / of the cheapest, on parallel text. Two languages decide it alone.",
        "",
    ),
    compute=max_min,
    on=("languages",),
    needs=(LANGUAGES,),
)
