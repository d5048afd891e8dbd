"""A weighted mean of the anchors that lie nearest in the donor's space."""

import torch
from torch import Tensor

from core.common.params import Param, Params
from core.transplants.anchor_weights import Weighed, from_anchors, with_donor_row
from core.transplants.base import Method
from core.transplants.linear.affine import mean_of
from core.transplants.linear.nearest import nearest
from core.transplants.needs import ANCHORS, DONOR
from core.transplants.problem import Problem, ProblemSide
from core.transplants.rows import Rows
from core.transplants.work import TransplantSize, Work, cosines, pairs, sums

_METRICS = ("cosine", "euclidean")
_OF_A_PAIR = 3_000.0  # sorting: 40 ns
_WEIGHTS = ("inverse distance", "softmax", "barycentric", "least squares")


def rows(side: ProblemSide, params: Params) -> Rows:
    """The weighted mean of each wanted token's nearest anchors."""
    problem = side.problem
    anchors, donor = side.anchors, side.donor_rows
    mean = mean_of(donor, anchors.new, problem.memory_bytes).to(donor.device, torch.float32)
    there = with_donor_row(side)
    targets = donor[side.wanted[there].to(donor.device)] - mean
    known = donor[anchors.new.to(donor.device)] - mean
    euclidean = params.word("metric") == "euclidean"
    places, near = nearest(targets, known, params.whole("k"), problem.memory_bytes, euclidean=euclidean)
    kind = params.word("weights")
    if kind == "inverse distance":
        away = near if euclidean else (1 - near).clamp(min=0)
        weights = torch.nn.functional.normalize(1 / away.clamp(min=1e-6), p=1, dim=1)
    elif kind == "softmax":
        spread = near.std().clamp(min=1e-6)
        weights = torch.softmax((-near if euclidean else near) / spread, 1)
    else:
        weights = _fitted(targets, known, places, problem, to_one=kind == "barycentric")
    return from_anchors(side, anchors, Weighed(places, weights), centred=True)


def _fitted(targets: Tensor, known: Tensor, places: Tensor, problem: Problem, to_one: bool) -> Tensor:
    """Weights under which the neighbours come closest to the target, float32 (m, k); summing to one if asked.

    A thousandth of the neighbours' spread is added as a ridge, so that neighbours alike share their weight.
    """
    k = places.shape[1]
    weights = torch.empty(len(places), k)
    block = problem.block_rows(8 * k * (known.shape[1] + k))
    for at in range(0, len(places), block):
        wanted = targets[at : at + block]
        around = known[places[at : at + block].to(known.device)]  # (b, k, D)
        if to_one:
            around = around - wanted[:, None]
        products = torch.bmm(around, around.transpose(1, 2))
        ridge = 1e-3 * products.diagonal(dim1=1, dim2=2).mean(1).clamp(min=1e-12)
        products = products + torch.diag_embed(ridge[:, None].expand(-1, k))
        right = torch.ones_like(around[:, :, :1]) if to_one else torch.bmm(around, wanted[:, :, None])
        found = torch.linalg.solve(products.cpu(), right.cpu())[:, :, 0]
        weights[at : at + block] = found / found.sum(1, keepdim=True) if to_one else found
    return weights


def of_rows(size: TransplantSize, params: Params) -> Work:
    """All tokens are compared with all anchors, the nearest are sorted out, and their rows added up.

    Weights that are fitted take the products of a token's neighbours, at a quarter of the speed of large matrices.
    """
    fits = params.word("weights") in ("barycentric", "least squares")
    k = min(params.whole("k"), size.n_anchors)
    fitting = Work(4 * 2.0 * size.n_wanted * k**2 * (size.width + k)) if fits else Work()
    return cosines(size, size.width) + pairs(size, _OF_A_PAIR) + sums(size, k) + fitting


METHOD = Method(
    key="nearest",
    label="Nearest anchors",
    definition=(
        "A new row is the weighted mean of the rows of the k shared tokens nearest to it in the donor's space, both "
        "spaces centred. Weights fall with distance, or are those that come closest to the token's donor row, with a "
        "thousandth of the neighbours' spread as a ridge. Where mergekit weights by the cosine, these weights are 1 / "
        "(1 - cosine). How near is measured, how neighbours are weighted and how many there are is chosen on hidden "
        "shared tokens; published, the inverse distance among 64 by Euclid."
    ),
    source="k-nearest interpolation, as in mergekit's common_interpolation; barycentric weights, Roweis and Saul 2000",
    make=rows,
    of_rows=of_rows,
    params=(
        Param(
            key="metric",
            label="Nearness",
            default="chosen",
            help="How nearness is measured.",
            choices=("chosen", *_METRICS),
            tried=_METRICS,
            usual="cosine",
        ),
        Param(
            key="weights",
            label="Weights",
            default="chosen",
            help="How neighbours are weighted.",
            choices=("chosen", *_WEIGHTS),
            tried=_WEIGHTS,
            usual="inverse distance",
        ),
        Param(
            key="k",
            label="Neighbours",
            default=0,
            help="How many anchors.",
            low=1,
            high=1024,
            tried=(1, 2, 4, 8, 16, 32, 64, 128),
            usual=16,
        ),
    ),
    needs=(DONOR, ANCHORS),
)
