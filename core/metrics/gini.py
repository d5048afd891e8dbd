"""How unevenly languages are treated."""

from core.common.definitions import Definition
from core.metrics.base import LANGUAGES, Metric, Value, undefined
from core.metrics.evidence import Evidence
from core.stats.inequality import gini as gini_of


def gini(evidence: Evidence) -> Value:
    """Over languages, of their mean tokens per line."""
    assert evidence.by_language is not None, "declared as needed"
    costs = evidence.by_language[evidence.by_language > 0]
    if len(costs) < 2:
        return undefined("It needs at least two languages with a known cost.")
    left_out = len(evidence.by_language) - len(costs)
    return Value(gini_of(costs), f"{left_out} masked languages are left out." if left_out else "")


METRIC = Metric(
    definition=Definition(
        "gini",
        "Gini coefficient",
        "0 to 1",
        "lower",
        "Mean difference between the tokens per line of two languages / twice the mean, on parallel "
        "text: 0 if all languages cost the same, at most 1 - 1/languages. Every language counts once.",
        "Gini 1912; for tokenizers TokEval (Meister)",
    ),
    compute=gini,
    on=("languages",),
    needs=(LANGUAGES,),
)
