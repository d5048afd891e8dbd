"""How unevenly languages are treated."""

from core.common.definitions import Definition
from core.metrics.base import LANGUAGES, Metric, Uneven, Value
from core.metrics.evidence import Evidence
from core.metrics.unevenness import unevenness
from core.stats.inequality import gini as gini_of


def gini(evidence: Evidence) -> Uneven | Value:
    """Over languages, of their mean tokens per line."""
    return unevenness(evidence, gini_of)


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
