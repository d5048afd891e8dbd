"""The mean of the old tokens that spell a new one."""

import torch

from core.common.params import Params
from core.transplants.base import Method
from core.transplants.linear.coefficients import from_lists
from core.transplants.problem import Problem, Side
from core.transplants.rows import Provenance, Rows, composed


def rows(problem: Problem, side: Side, params: Params) -> Rows:
    """The mean of each wanted token's spelling."""
    spellings = problem.spellings(side)
    unspelled = torch.tensor([not ids for ids in spellings], dtype=torch.bool)
    return composed(
        problem, side, from_lists(spellings), Provenance.COMPOSED, {"no old tokens spell its bytes": unspelled}
    )


METHOD = Method(
    key="subword_mean",
    label="Subword mean (FVT)",
    definition=(
        "A new row is the mean of the rows of the old tokens that spell the new token's bytes, its leading space "
        "included."
    ),
    source="Gee et al. 2022, Fast Vocabulary Transfer; both matrices as in ReTok, Gu et al. 2024",
    rows=rows,
)
