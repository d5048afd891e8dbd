"""Rows drawn from a normal distribution fitted to the model's own."""

import torch

from core.common.params import Param, Params
from core.transplants.base import Method
from core.transplants.linear.affine import centred_gram
from core.transplants.problem import ProblemSide
from core.transplants.rows import RowOrigin, Rows, made
from core.transplants.work import TransplantSize, Work


def rows(side: ProblemSide, params: Params) -> Rows:
    """A draw for each wanted token."""
    problem = side.problem
    usable = torch.nonzero(side.usable_old).flatten()
    base, mean = side.base_rows, side.mean_row
    drawn = torch.randn(len(side.wanted), side.width, generator=params.generator())
    gram = centred_gram(base, usable, mean, problem.memory_bytes) / max(1, len(usable) - 1)
    if params.word("covariance") == "full":
        values, axes = torch.linalg.eigh(gram)
        shape = (axes * values.clamp(min=0).sqrt()) @ axes.T  # the symmetric root; any rank will do
    else:
        shape = gram.diagonal().sqrt().diag()
    made_rows = mean + params.number("scale") * drawn.to(problem.device) @ shape.to(problem.device, torch.float32)
    return made(side, made_rows, RowOrigin.COMPOSED)


def of_rows(size: TransplantSize, params: Params) -> Work:
    """A covariance of all rows in float64, its root, and a draw for each token."""
    return Work(4.0 * size.width**2 * (size.n_old + 20 * size.width + size.n_wanted), 0.02)


METHOD = Method(
    key="normal",
    label="Normal fit",
    definition=(
        "New rows are drawn from N(μ, s²Σ), with μ and Σ of the model's rows for tokens that stand for text: the full "
        "covariance, or only the variance of each dimension."
    ),
    source="Hewitt 2021; per dimension as in WECHSEL, Minixhofer et al. 2022",
    make=rows,
    of_rows=of_rows,
    params=(
        Param(
            key="covariance",
            label="Covariance",
            default="full",
            help="Full, or each dimension by itself.",
            choices=("full", "diagonal"),
            untried="Both miss hidden shared tokens alike: a draw knows nothing of its token.",
        ),
        Param(
            key="scale",
            label="Scale",
            default=1.0,
            help="Factor on the standard deviation.",
            low=0.0,
            high=10.0,
            untried="On hidden shared tokens 0 always misses least, which is the method Mean.",
        ),
    ),
)
