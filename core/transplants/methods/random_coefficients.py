"""A negative control: random weighted means of old rows."""

import torch

from core.common.params import Param, Params
from core.transplants.base import Method
from core.transplants.linear.coefficients import from_table
from core.transplants.problem import ProblemSide
from core.transplants.rows import RowOrigin, Rows, composed

_BLIND = "A control is not fitted to anything; with more and more rows it becomes the Mean, which stands beside it."


def rows(side: ProblemSide, params: Params) -> Rows:
    """For each wanted token a mean of old rows drawn at random, weighted at random."""
    usable = torch.nonzero(side.usable_old).flatten()
    n, k = len(side.wanted), min(params.whole("k"), len(usable))
    draw = params.generator()
    ids = usable[torch.randint(len(usable), (n, k), generator=draw)]
    weights = torch.empty(n, k).exponential_(generator=draw)  # uniform over all weights that sum to one
    return composed(side, from_table(ids, weights / weights.sum(1, keepdim=True)), RowOrigin.COMPOSED)


METHOD = Method(
    key="random_coefficients",
    label="Random coefficients (control)",
    definition=(
        "A negative control: each new row is a weighted mean of k old rows, both the rows and the weights drawn at "
        "random. It has the size and the place of a sensible row and knows nothing of its token."
    ),
    source="Control",
    make=rows,
    params=(Param(key="k", label="Rows", default=8, help="How many old rows.", low=1, high=1024, untried=_BLIND),),
    control=True,
)
