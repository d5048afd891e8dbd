"""How much text a token holds on average, in code points."""

from core.common.definitions import definition
from core.metrics.base import Evidence, Metric, Value, undefined


def characters_per_token(evidence: Evidence) -> Value:
    """Code points of all sentences / their tokens."""
    n_tokens = int(evidence.tokens.sum())
    return Value(int(evidence.n_characters.sum()) / n_tokens) if n_tokens else undefined("There are no tokens.")


METRIC = Metric(definition=definition("characters_per_token"), compute=characters_per_token)
