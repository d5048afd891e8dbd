"""The widest gap between two languages."""

from core.common.definitions import Definition
from core.metrics.base import LANGUAGES, Metric, Uneven, Value
from core.metrics.evidence import Evidence
from core.metrics.unevenness import unevenness
from core.stats.inequality import max_min as max_min_of


def max_min(evidence: Evidence) -> Uneven | Value:
    """Over languages, of their mean tokens per line."""
    return unevenness(evidence, max_min_of)


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
