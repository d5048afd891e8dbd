"""The mean of the old tokens that spell a new one."""

import torch

from core.common.params import Params
from core.transplants.base import Method
from core.transplants.linear.coefficients import from_lists
from core.transplants.problem import ProblemSide
from core.transplants.rows import RowOrigin, Rows, composed


def rows(side: ProblemSide, params: Params) -> Rows:
    """The mean of each wanted token's spelling."""
    spellings = side.spellings
    unspelled = torch.tensor([not ids for ids in spellings], dtype=torch.bool)
    return composed(side, from_lists(spellings), RowOrigin.COMPOSED, {"no old tokens spell its bytes": unspelled})


METHOD = Method(
    key="subword_mean",
    label="Subword mean (FVT)",
    definition=(
        "A new row is the mean of the rows of the old tokens that spell the new token's bytes, its leading space "
        "included."
    ),
    source="Gee et al. 2022, Fast Vocabulary Transfer; both matrices as in ReTok, Gu et al. 2024",
    make=rows,
)
