"""The mean of the old tokens that spell a new one."""

import torch

from core.coefficients import from_lists
from core.params import Params
from core.transplant import Method
from core.transplant_problem import Problem, Side
from core.transplant_rows import Provenance, Rows, composed


def rows(problem: Problem, side: Side, params: Params) -> Rows:
    """The mean of each wanted token's spelling."""
    spellings = problem.spellings(side)
    unspelled = torch.tensor([not ids for ids in spellings], dtype=torch.bool)
    return composed(
        problem, side, from_lists(spellings), Provenance.COMPOSED, {"no old tokens spell its bytes": unspelled}
    )


METHOD = Method(
    "subword_mean",
    "Subword mean (FVT)",
    "A new row is the mean of the rows of the old tokens that spell the new token's bytes, its leading space included.",
    "Gee et al. 2022, Fast Vocabulary Transfer; both matrices as in ReTok, Gu et al. 2024",
    rows,
)
