"""An affine map from the donor's space into the model's."""

from core.common.params import Param, Params
from core.transplants.base import Method
from core.transplants.linear.affine import Pairs, ridge
from core.transplants.problem import Problem, Side
from core.transplants.rows import Rows, mapped


def rows(problem: Problem, side: Side, params: Params) -> Rows:
    """The image of each wanted token's donor row."""
    anchors = problem.anchors(side)
    pairs = Pairs(problem.donor_rows(side), anchors.new, problem.base_rows(side), anchors.old, problem.memory_bytes)
    fixed = None if params.on("choose") else params.number("ridge")
    return mapped(problem, side, ridge(pairs, fixed, params.seed))


METHOD = Method(
    "ridge",
    "Ridge map",
    "New rows are the donor's rows under the affine map that takes those of shared tokens closest to the model's rows, "
    "its matrix kept small by a penalty. The penalty is the one under which anchors left out one by one are met best.",
    "Hoerl and Kennard 1970; leaving out by leverage, Allen 1974; for embeddings Mikolov et al. 2013",
    rows,
    (
        Param("choose", "Choose the ridge", True, "Choose the penalty by leaving anchors out, rather than setting it."),
        Param("ridge", "Ridge", 0.01, "Penalty relative to the mean variance of donor rows, if set.", 0.0, 1e6),
    ),
    ("donor", "anchors"),
)
