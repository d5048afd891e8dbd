"""Coordinates in a basis of few shared tokens each, carried over from the donor's space."""

from dataclasses import replace

from core.common.params import Param, Params
from core.transplants.base import Method
from core.transplants.linear.affine import Pairs
from core.transplants.linear.landmarks import sparse_axes
from core.transplants.needs import ANCHORS, DONOR
from core.transplants.problem import ProblemSide
from core.transplants.rows import Rows, mapped
from core.transplants.work import OF_A_MATCH, OF_A_STEP, TransplantSize, Work, cosines, pairs


def rows(side: ProblemSide, params: Params) -> Rows:
    """The image of each wanted token's donor row."""
    anchors = side.anchors
    pairs = Pairs(side.donor_rows, anchors.new, side.base_rows, anchors.old, side.problem.memory_bytes)
    return mapped(side, sparse_axes(pairs, params.whole("k")))


def of_rows(size: TransplantSize, params: Params) -> Work:
    """Each of k steps compares as many axes as the width with all anchors."""
    axes = replace(size, n_wanted=size.width)
    step = Work(seconds=OF_A_STEP) + cosines(axes, size.width) + pairs(axes, OF_A_MATCH)
    return params.whole("k") * step + Work(4.0 * size.width**2 * (25 * size.width + size.n_wanted), 0.04)


METHOD = Method(
    key="token_basis",
    label="Sparse token basis",
    definition=(
        "The main axes of the narrower space are written as sums of at most k shared tokens' rows. The same sums are a "
        "basis of either space, and what coordinates a token's donor row has in the one, its new row has in the other. "
        "Rows are centred, where mergekit takes them as they are (its own fails at once: k is handed on in another "
        "place). k is chosen on hidden shared tokens."
    ),
    source="mergekit-tokensurgeon, sparse token basis (stb); mended",
    make=rows,
    of_rows=of_rows,
    params=(
        Param(
            key="k",
            label="Tokens per axis",
            default=0,
            help="How many shared tokens an axis is a sum of, at most. Published: 64.",
            low=1,
            high=1024,
            tried=(1, 4, 16, 64),
            usual=16,
        ),
    ),
    needs=(DONOR, ANCHORS),
)
