"""Spread over languages beside the mean."""

import numpy as np

from core.common.definitions import Definition
from core.metrics.base import LANGUAGES, Metric, Value, undefined
from core.metrics.evidence import Evidence


def coefficient_of_variation(evidence: Evidence) -> Value:
    """Over languages, of their mean tokens per line."""
    assert evidence.by_language is not None, "declared as needed"
    costs = evidence.by_language[evidence.by_language > 0]
    if len(costs) < 2:
        return undefined("It needs at least two languages with a known cost.")
    left_out = len(evidence.by_language) - len(costs)
    return Value(
        float(np.std(costs, ddof=1) / np.mean(costs)), f"{left_out} masked languages are left out." if left_out else ""
    )


METRIC = Metric(
    definition=Definition(
        "coefficient_of_variation",
        "Coefficient of variation",
        "",
        "lower",
        "Standard deviation of tokens per line over languages (with L - 1) / their mean, on parallel text.",
        "",
    ),
    compute=coefficient_of_variation,
    on=("languages",),
    needs=(LANGUAGES,),
)
