"""An affine map from the donor's space into the model's."""

from core.common.params import Param, Params
from core.transplants.base import Method
from core.transplants.held_out_choice import Chosen
from core.transplants.linear.affine import Pairs, ridge
from core.transplants.needs import ANCHORS, DONOR
from core.transplants.problem import ProblemSide
from core.transplants.rows import Rows, mapped, noted
from core.transplants.work import TransplantSize, Work

_BY_HAND = 0.01  # where nothing is chosen and nothing given
_LEFT_OUT = "It is chosen on shared tokens left out one by one, which for this method has a formula."


def rows(side: ProblemSide, params: Params) -> Rows:
    """The image of each wanted token's donor row."""
    anchors = side.anchors
    pairs = Pairs(side.donor_rows, anchors.new, side.base_rows, anchors.old, side.problem.memory_bytes)
    given = params.number("ridge")
    if given < 0 and not params.on("choose"):
        given = _BY_HAND
    fitted = ridge(pairs, given if given >= 0 else None, params.seed)
    if given >= 0:
        return noted(mapped(side, fitted), f"ridge = {given:g} was set by hand, and not tried on hidden shared tokens.")
    best = Chosen("ridge", fitted.facts["ridge"], dict(fitted.errors), fitted.n_left_out)
    return noted(mapped(side, fitted), best.remark(side.name), best.facts)


def of_rows(size: TransplantSize, params: Params) -> Work:
    """Sums over anchors, and anchors left out under 17 penalties, both in float64, which takes twice as long."""
    left_out = 17 * min(size.n_anchors, 4096) if params.number("ridge") < 0 else 0
    return Work(4.0 * size.width**2 * (2 * size.n_anchors + left_out + size.n_wanted), 0.08)


METHOD = Method(
    key="ridge",
    label="Ridge map",
    definition=(
        "New rows are the donor's rows under the affine map that takes those of shared tokens closest to the model's "
        "rows, its matrix kept small by a penalty. The penalty is the one under which anchors left out one by one are "
        "met best."
    ),
    source="Hoerl and Kennard 1970; leaving out by leverage, Allen 1974; for embeddings Mikolov et al. 2013",
    make=rows,
    of_rows=of_rows,
    params=(
        Param(
            key="choose",
            label="Choose the ridge",
            default=True,
            help="Choose the penalty by leaving anchors out, rather than setting it.",
            untried=_LEFT_OUT,
        ),
        Param(
            key="ridge",
            label="Ridge",
            default=-1.0,
            help=(
                "Penalty relative to the mean variance of donor rows. -1 has it chosen, or takes "
                f"{_BY_HAND} if it is not to be."
            ),
            low=0.0,
            high=1e6,
            untried=_LEFT_OUT,
            own_choice=True,
        ),
    ),
    needs=(DONOR, ANCHORS),
)
