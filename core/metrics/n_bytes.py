"""How long the text is in UTF-8."""

from core.common.definitions import Definition
from core.metrics.base import Metric, Value
from core.metrics.evidence import Evidence


def n_bytes(evidence: Evidence) -> Value:
    """Bytes of all sentences."""
    return Value(int(evidence.n_bytes.sum()))


METRIC = Metric(
    definition=Definition("n_bytes", "Bytes", "bytes", "", "Length of the text in UTF-8."),
    compute=n_bytes,
    on=("text",),
    form="aside",
    order=30,
)
