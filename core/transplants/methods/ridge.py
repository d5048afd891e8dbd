"""An affine map from the donor's space into the model's."""

from core.common.params import Param, Params
from core.transplants.base import Method
from core.transplants.linear.affine import Pairs, ridge
from core.transplants.needs import ANCHORS, DONOR
from core.transplants.problem import ProblemSide
from core.transplants.rows import Rows, mapped


def rows(side: ProblemSide, params: Params) -> Rows:
    """The image of each wanted token's donor row."""
    anchors = side.anchors
    pairs = Pairs(side.donor_rows, anchors.new, side.base_rows, anchors.old, side.problem.memory_bytes)
    fixed = None if params.on("choose") else params.number("ridge")
    return mapped(side, ridge(pairs, fixed, params.seed))


METHOD = Method(
    key="ridge",
    label="Ridge map",
    definition=(
        "New rows are the donor's rows under the affine map that takes those of shared tokens closest to the model's "
        "rows, its matrix kept small by a penalty. The penalty is the one under which anchors left out one by one are "
        "met best."
    ),
    source="Hoerl and Kennard 1970; leaving out by leverage, Allen 1974; for embeddings Mikolov et al. 2013",
    rows=rows,
    params=(
        Param(
            key="choose",
            label="Choose the ridge",
            default=True,
            help="Choose the penalty by leaving anchors out, rather than setting it.",
        ),
        Param(
            key="ridge",
            label="Ridge",
            default=0.01,
            help="Penalty relative to the mean variance of donor rows, if set.",
            low=0.0,
            high=1e6,
        ),
    ),
    needs=(DONOR, ANCHORS),
)
