"""What the dearest tenth of languages pays."""

from core.common.definitions import Definition
from core.metrics.base import LANGUAGES, Metric, Value, undefined
from core.metrics.evidence import Evidence
from core.stats.inequality import worst_decile as worst_decile_of


def worst_decile(evidence: Evidence) -> Value:
    """Over languages, of their mean tokens per line."""
    assert evidence.by_language is not None, "declared as needed"
    costs = evidence.by_language[evidence.by_language > 0]
    if len(costs) < 2:
        return undefined("It needs at least two languages with a known cost.")
    left_out = len(evidence.by_language) - len(costs)
    return Value(worst_decile_of(costs), f"{left_out} masked languages are left out." if left_out else "")


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
