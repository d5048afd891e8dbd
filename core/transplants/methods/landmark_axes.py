"""The donor's main axes turned onto the model's."""

from core.common.params import Param, Params
from core.transplants.base import Method
from core.transplants.linear.affine import Pairs
from core.transplants.linear.landmarks import turned_axes
from core.transplants.needs import ANCHORS, DONOR
from core.transplants.problem import ProblemSide
from core.transplants.rows import Rows, mapped
from core.transplants.work import TransplantSize, Work


def rows(side: ProblemSide, params: Params) -> Rows:
    """The image of each wanted token's donor row."""
    anchors = side.anchors
    pairs = Pairs(side.donor_rows, anchors.new, side.base_rows, anchors.old, side.problem.memory_bytes)
    return mapped(side, turned_axes(pairs, backwards=params.on("backwards")))


def of_rows(size: TransplantSize, params: Params) -> Work:
    """Sums over anchors and decompositions, in float64, which takes twice as long."""
    return Work(4.0 * size.width**2 * (3 * size.n_anchors + 40 * size.width + size.n_wanted), 0.03)


METHOD = Method(
    key="landmark_axes",
    label="Landmark axes (PCA)",
    definition=(
        "Shared tokens are landmarks: both spaces are written in their main axes, as many as the narrower has, and "
        "these are turned onto each other. Between spaces of one width that is Procrustes without its scale. "
        "mergekit applies the rotation backwards, which can be asked for: it is right only where axes correspond "
        "already."
    ),
    source="mergekit-tokensurgeon, landmark_pca; the rotation mended",
    make=rows,
    of_rows=of_rows,
    params=(
        Param(
            key="backwards",
            label="Backwards",
            default=False,
            help="Apply the rotation transposed, as mergekit does.",
            untried="It is there to be compared with.",
        ),
    ),
    needs=(DONOR, ANCHORS),
)
