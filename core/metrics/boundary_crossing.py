"""Share of tokens that glue parts of characters together."""

from core.common.definitions import Definition
from core.metrics.base import SEGMENTATIONS, Metric, Ratio
from core.metrics.evidence import Evidence


def boundary_crossing(evidence: Evidence) -> Ratio:
    """Share of tokens that hold bytes of several characters, one of them in part."""
    pieces = evidence.piece_shapes
    return Ratio(pieces.crosses, pieces.n, "The text holds no tokens with bytes.")


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
