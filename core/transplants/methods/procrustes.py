"""The donor's space turned onto the model's."""

from core.common.params import Param, Params
from core.transplants.base import Method
from core.transplants.linear.affine import Pairs, procrustes
from core.transplants.needs import ANCHORS, DONOR
from core.transplants.problem import ProblemSide
from core.transplants.rows import Rows, mapped
from core.transplants.work import TransplantSize, Work

_FITTED = "Without, the fit is worse by construction: the shared tokens fix this along with the turn."


def rows(side: ProblemSide, params: Params) -> Rows:
    """The image of each wanted token's donor row."""
    anchors = side.anchors
    pairs = Pairs(side.donor_rows, anchors.new, side.base_rows, anchors.old, side.problem.memory_bytes)
    return mapped(side, procrustes(pairs, params.on("scale"), params.on("centre")))


def of_rows(size: TransplantSize, params: Params) -> Work:
    """Sums over anchors and a singular value decomposition, both in float64, which takes twice as long."""
    return Work(4.0 * size.width**2 * (2 * size.n_anchors + 20 * size.width + size.n_wanted), 0.02)


METHOD = Method(
    key="procrustes",
    label="Orthogonal Procrustes",
    definition=(
        "The donor's rows are moved, turned and scaled as a whole so that those of shared tokens fall on the model's "
        "rows; new tokens go along. Distances among donor rows are kept. Widths may differ."
    ),
    source="Schönemann 1966; into fewer dimensions Ten Berge and Knol 1984",
    make=rows,
    of_rows=of_rows,
    params=(
        Param(key="scale", label="Scale", default=True, help="Fit a common factor as well.", untried=_FITTED),
        Param(key="centre", label="Centre", default=True, help="Move both means to zero first.", untried=_FITTED),
    ),
    needs=(DONOR, ANCHORS),
)
