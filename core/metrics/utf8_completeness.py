"""Share of tokens that are text on their own."""

from core.common.definitions import Definition
from core.metrics.base import SEGMENTATIONS, Metric, Value, undefined
from core.metrics.evidence import Evidence
from core.tokenizers.utf8_pieces import shape


def utf8_completeness(evidence: Evidence) -> Value:
    """Share of tokens whose bytes are whole characters."""
    pieces = [piece for piece in evidence.pieces if piece]
    if not pieces:
        return undefined("The text holds no tokens with bytes.")
    return Value(sum(shape(piece).complete for piece in pieces) / len(pieces))


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
