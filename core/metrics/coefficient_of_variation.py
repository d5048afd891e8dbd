"""Spread over languages beside the mean."""

from core.common.definitions import Definition
from core.metrics.base import LANGUAGES, Metric, Uneven, Value
from core.metrics.evidence import Evidence
from core.metrics.unevenness import unevenness
from core.stats.inequality import coefficient_of_variation as coefficient_of_variation_of


def coefficient_of_variation(evidence: Evidence) -> Uneven | Value:
    """Over languages, of their mean tokens per line."""
    return unevenness(evidence, coefficient_of_variation_of)


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
