"""Share of tokens that glue parts of characters together."""

from core.common.definitions import Definition
from core.metrics.base import SEGMENTATIONS, Metric, Value, undefined
from core.metrics.evidence import Evidence
from core.tokenizers.utf8_pieces import shape


def boundary_crossing(evidence: Evidence) -> Value:
    """Share of tokens that hold bytes of several characters, one of them in part."""
    pieces = [piece for piece in evidence.pieces if piece]
    if not pieces:
        return undefined("The text holds no tokens with bytes.")
    return Value(sum(shape(piece).crosses for piece in pieces) / len(pieces))


METRIC = Metric(
    definition=Definition(
        "boundary_crossing",
        "Boundary crossing",
        "share of tokens",
        "lower",
        "Share of tokens, unknown and inserted ones aside, that hold bytes of more than one character and of at least "
        "one of them not all. A lone part of a character, such as a byte fallback, crosses nothing.",
        "TokEval (Meister), as its README has it; its version 1.0.0 also counts two last bytes of one character",
    ),
    compute=boundary_crossing,
    on=("sentences",),
    needs=(SEGMENTATIONS,),
)
