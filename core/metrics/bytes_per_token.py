"""How much text a token holds on average, in bytes."""

from core.common.definitions import Definition
from core.metrics.base import Metric, Ratio
from core.metrics.evidence import Evidence


def bytes_per_token(evidence: Evidence) -> Ratio:
    """Bytes of all sentences / their tokens."""
    return Ratio(evidence.n_bytes, evidence.tokens, evidence.no_tokens)


METRIC = Metric(
    definition=Definition(
        "bytes_per_token",
        "Bytes per token",
        "bytes/token",
        "higher",
        "Bytes of the text divided by tokens. Compare tokenizers on one text with it, not languages: a Thai character "
        "takes three bytes where an English letter takes one.",
    ),
    compute=bytes_per_token,
    on=("text", "sentences", "languages"),
    order=60,
)
