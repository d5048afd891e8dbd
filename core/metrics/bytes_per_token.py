"""How much text a token holds on average, in bytes."""

from core.common.definitions import definition
from core.metrics.base import Evidence, Metric, Value, undefined


def bytes_per_token(evidence: Evidence) -> Value:
    """Bytes of all sentences / their tokens."""
    n_tokens = int(evidence.tokens.sum())
    return Value(int(evidence.n_bytes.sum()) / n_tokens) if n_tokens else undefined("There are no tokens.")


METRIC = Metric(definition=definition("bytes_per_token"), compute=bytes_per_token)
