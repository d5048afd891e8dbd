"""Share of tokens that are text on their own."""

from core.common.definitions import Definition
from core.metrics.base import SEGMENTATIONS, Metric, Ratio
from core.metrics.evidence import Evidence


def utf8_completeness(evidence: Evidence) -> Ratio:
    """Share of tokens whose bytes are whole characters."""
    pieces = evidence.piece_shapes
    return Ratio(pieces.complete, pieces.n, "The text holds no tokens with bytes.")


METRIC = Metric(
    definition=Definition(
        "utf8_completeness",
        "UTF-8 completeness",
        "share of tokens",
        "higher",
        "Share of tokens, unknown and inserted ones aside, whose bytes are whole characters.",
        "TokEval (Meister)",
    ),
    compute=utf8_completeness,
    on=("sentences",),
    needs=(SEGMENTATIONS,),
)
