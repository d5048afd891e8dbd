"""How much text a token holds on average, in code points."""

from core.common.definitions import Definition
from core.metrics.base import Metric, Ratio
from core.metrics.evidence import Evidence


def characters_per_token(evidence: Evidence) -> Ratio:
    """Code points of all sentences / their tokens."""
    return Ratio(evidence.n_characters, evidence.tokens, evidence.no_tokens)


METRIC = Metric(
    definition=Definition(
        "characters_per_token",
        "Characters per token",
        "code points/token",
        "higher",
        "Code points of the text divided by tokens. Compare tokenizers on one text with it, not languages: a Chinese "
        "character says more than a letter.",
    ),
    compute=characters_per_token,
    on=("text", "sentences", "languages"),
    order=70,
)
