"""Share of tokens that only say that something is unknown."""

from core.common.definitions import definition
from core.metrics.base import Evidence, Metric, Value, undefined


def unknown_share(evidence: Evidence) -> Value:
    """Unknown tokens / tokens."""
    n_tokens = int(evidence.tokens.sum())
    return Value(int(evidence.unknown.sum()) / n_tokens) if n_tokens else undefined("There are no tokens.")


METRIC = Metric(definition=definition("unknown_share"), compute=unknown_share)
