"""Means of all shared tokens, weighted by similarity in a helper model's space."""

import torch

from core.common.params import Param, Params
from core.transplants.base import Method
from core.transplants.needs import ANCHORS, HELPER
from core.transplants.problem import ProblemSide
from core.transplants.rows import RowOrigin, Rows, made
from core.transplants.work import TransplantSize, Work, cosines

NO_ROW = "the helper model has no usable row for it"
CANCELS = "its similarities, of both signs, add up to almost nothing"


def rows(side: ProblemSide, params: Params) -> Rows:
    """For each wanted token the sum of all anchors' rows times its cosines to them, over the sum of the cosines."""
    problem = side.problem
    helper = problem.helper
    wanted, anchors = side.wanted, side.anchors
    there = (helper.norm(dim=1) > 0).cpu()
    usable = there[anchors.new]
    known = torch.nn.functional.normalize(helper[anchors.new[usable].to(helper.device)], dim=1)
    base = side.base_rows[anchors.old[usable].to(problem.device)]
    values = torch.empty(len(wanted), side.width, device=problem.device)
    total, size = torch.empty(len(wanted)), torch.empty(len(wanted))
    block = problem.block_rows(12 * max(1, len(known)) + 4 * helper.shape[1])
    for at in range(0, len(wanted), block):
        part = slice(at, at + block)
        cosines = torch.nn.functional.normalize(helper[wanted[part].to(helper.device)], dim=1) @ known.T
        values[part] = cosines @ base
        total[part], size[part] = cosines.sum(1).cpu(), cosines.abs().sum(1).cpu()
    cancels = total.abs() <= params.number("least_sum") * size
    values /= torch.where(cancels, 1.0, total).to(values.device)[:, None]
    return made(
        side,
        values,
        RowOrigin.SOLVED,
        {NO_ROW: ~there[wanted] | (not usable.any()), CANCELS: cancels},
        extras={"coefficient sum": torch.ones(len(wanted)), "coefficient l1": size / total.abs()},
    )


def of_rows(size: TransplantSize, params: Params) -> Work:
    """All tokens are compared with all anchors, and all of those added up."""
    return 2 * cosines(size, size.width)


METHOD = Method(
    key="clp_transfer",
    label="CLP-Transfer",
    definition=(
        "A new row is the mean of all shared tokens' rows weighted by their cosines to the new token in the input "
        "space of a helper model with the new tokenizer, here for both matrices. Weights have both signs, so their sum "
        "can be near zero; such tokens get the mean row and are counted, where the publication divides all the same. "
        "How near is chosen on hidden shared tokens. Published for the input matrix only."
    ),
    source=(
        "Ostendorff and Rehm 2023, Efficient language model training through cross-lingual and progressive transfer "
        "learning"
    ),
    make=rows,
    of_rows=of_rows,
    params=(
        Param(
            key="least_sum",
            label="Least sum",
            default=-1.0,
            help="Share of the absolute weights that their sum must come to.",
            low=0.0,
            high=1.0,
            tried=(0.0, 0.001, 0.01, 0.03, 0.1, 0.3, 0.5),
            usual=0.01,
        ),
    ),
    needs=(ANCHORS, HELPER),
)
