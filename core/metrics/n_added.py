"""What the tokenizer puts around the text."""

from core.common.definitions import Definition
from core.metrics.base import SEGMENTATIONS, Metric, Value
from core.metrics.evidence import Evidence


def n_added(evidence: Evidence) -> Value:
    """Added tokens of all sentences."""
    return Value(sum(one.n_added for one in evidence.cut))


METRIC = Metric(
    definition=Definition(
        "n_added",
        "Added",
        "tokens",
        "",
        "Special tokens put around the text, such as BOS and EOS. A model reads them too, and a provider bills them.",
    ),
    compute=n_added,
    on=("text",),
    needs=(SEGMENTATIONS,),
    form="whole",
    order=20,
)
