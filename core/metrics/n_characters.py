"""How long the text is in code points."""

from core.common.definitions import Definition
from core.metrics.base import Metric, Value
from core.metrics.evidence import Evidence


def n_characters(evidence: Evidence) -> Value:
    """Code points of all sentences."""
    return Value(int(evidence.n_characters.sum()))


METRIC = Metric(
    definition=Definition(
        "n_characters",
        "Characters",
        "code points",
        "",
        "Unicode code points: é is one, or two if decomposed.",
    ),
    compute=n_characters,
    on=("text",),
    form="aside",
    order=40,
)
