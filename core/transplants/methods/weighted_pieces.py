"""Different weights of a token's old pieces for reading it and for predicting it."""

import torch

from core.common.params import Param, Params
from core.transplants.base import Method
from core.transplants.linear.coefficients import from_lists
from core.transplants.problem import ProblemSide
from core.transplants.rows import RowOrigin, Rows, composed

_DECAYS = (0.0, 0.25, 0.5, 0.75, 1.0)


def rows(side: ProblemSide, params: Params) -> Rows:
    """The weighted mean of each wanted token's spelling."""
    spellings = side.spellings
    unspelled = torch.tensor([not ids for ids in spellings], dtype=torch.bool)
    decay = params.number("input_decay" if side.name == "input" else "output_decay")
    pieces, weights = list[list[int]](), list[list[float]]()
    for ids in spellings:
        falling = [decay**n for n in range(len(ids))]
        from_end = list(reversed(falling)) if side.name == "input" else falling
        pieces.append([i for i, w in zip(ids, from_end, strict=True) if w])
        weights.append([w / sum(falling) for w in from_end if w])
    coefficients = from_lists(pieces, weights)
    return composed(side, coefficients, RowOrigin.COMPOSED, {"no old tokens spell its bytes": unspelled})


METHOD = Method(
    key="weighted_pieces",
    label="Last / weighted pieces",
    definition=(
        "The input row leans to the last of the old tokens that spell a new one, whose hidden state the model reads on "
        "from; the output row leans to the first, which is what it would have predicted next. The weight falls by a "
        "factor from piece to piece: 0 takes one piece alone, 1 the mean; both factors are chosen on hidden shared "
        "tokens, where the source takes 0 and 0.5. A model whose head is tied to its input gets a head of its own, as "
        "by the source."
    ),
    source="transplant-vocab (jukofyork); proportions restated",
    make=rows,
    own_head=True,
    params=(
        Param(
            key="input_decay",
            label="Input decay",
            default=-1.0,
            help="Weight of each piece relative to the one after it. Published: 0, the last piece alone.",
            low=0.0,
            high=1.0,
            tried=_DECAYS,
            usual=0.0,
        ),
        Param(
            key="output_decay",
            label="Output decay",
            default=-1.0,
            help="Weight of each piece relative to the one before it. Published: 0.5.",
            low=0.0,
            high=1.0,
            tried=_DECAYS,
            usual=0.5,
        ),
    ),
)
