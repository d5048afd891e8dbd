"""How long the text is for a model."""

from core.common.definitions import Definition
from core.metrics.base import Metric, Value
from core.metrics.evidence import Evidence


def n_tokens(evidence: Evidence) -> Value:
    """Tokens of all sentences."""
    return Value(int(evidence.tokens.sum()))


METRIC = Metric(
    definition=Definition(
        "n_tokens",
        "Tokens",
        "tokens",
        "lower",
        "Tokens that the tokenizer makes of the text. Special tokens that it puts around the text, such as BOS and "
        "EOS, are counted apart as added.",
    ),
    compute=n_tokens,
    on=("text",),
    form="whole",
    order=10,
)
