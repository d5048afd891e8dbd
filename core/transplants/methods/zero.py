"""Zero rows: the least that can be done, as a line to measure others against."""

import torch

from core.common.params import Params
from core.transplants.base import Method
from core.transplants.problem import ProblemSide
from core.transplants.rows import RowOrigin, Rows, made
from core.transplants.work import a_copy_each


def rows(side: ProblemSide, params: Params) -> Rows:
    """Zero for each wanted token."""
    values = torch.zeros(len(side.wanted), side.width, device=side.problem.device)
    return made(side, values, RowOrigin.COMPOSED, may_be_zero=True)


METHOD = Method(
    key="zero",
    label="Zero",
    definition=(
        "New rows are zero. A zero output row gives its token a logit of 0, which is not nothing: where other logits "
        "are negative, much of the probability goes to new tokens."
    ),
    source="The usual lower anchor.",
    make=rows,
    of_rows=a_copy_each,
)
