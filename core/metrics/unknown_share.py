"""Share of tokens that only say that something is unknown."""

from core.common.definitions import Definition
from core.metrics.base import Metric, Ratio
from core.metrics.evidence import Evidence


def unknown_share(evidence: Evidence) -> Ratio:
    """Unknown tokens / tokens."""
    return Ratio(evidence.unknown, evidence.tokens, evidence.no_tokens)


METRIC = Metric(
    definition=Definition(
        "unknown_share",
        "Unknown",
        "share of tokens",
        "lower",
        "Share of tokens that say only that the vocabulary cannot spell what stands here. No model sees that text.",
    ),
    compute=unknown_share,
    on=("text", "sentences", "languages"),
    form="share",
    order=100,
)
