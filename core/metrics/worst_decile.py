"""What the dearest tenth of languages pays."""

from core.common.definitions import Definition
from core.metrics.base import LANGUAGES, Metric, Uneven, Value
from core.metrics.evidence import Evidence
from core.metrics.unevenness import unevenness
from core.stats.inequality import worst_decile as worst_decile_of


def worst_decile(evidence: Evidence) -> Uneven | Value:
    """Over languages, of their mean tokens per line."""
    return unevenness(evidence, worst_decile_of)


METRIC = Metric(
    definition=Definition(
        "worst_decile",
        "Worst tenth",
        "× mean",
        "lower",
        "Mean tokens per line of the dearest tenth of languages / mean of all languages, on parallel text.",
        "",
    ),
    compute=worst_decile,
    on=("languages",),
    needs=(LANGUAGES,),
)
