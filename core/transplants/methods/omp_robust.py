"""Orthogonal matching pursuit that knows when to stop."""

import torch
from torch import Tensor

from core.common.numbers import count, so_many
from core.common.params import Param, Params
from core.transplants.anchor_weights import Weighed, from_anchors, with_donor_row
from core.transplants.base import Method
from core.transplants.linear.affine import centred_gram, mean_of
from core.transplants.linear.pursuit import pursue
from core.transplants.needs import ANCHORS, DONOR
from core.transplants.problem import Anchors, ProblemSide
from core.transplants.rows import Rows
from core.transplants.trusted_anchors import trusted
from core.transplants.work import OF_A_MATCH, OF_A_STEP, TransplantSize, Work, cosines, pairs

_OF_A_NUMBER = 54.0  # of the rows found so far, at each step: 0.7 ns
_ROUNDING = "It guards against rounding, which shared tokens do not measure; k says when to stop."


def rows(side: ProblemSide, params: Params) -> Rows:
    """The same sparse sum for each wanted token, of the model's rows, both spaces centred."""
    problem, wanted_k = side.problem, params.whole("k")
    anchors, n_left_out = trusted(side, params.number("least_norm"))
    donor = side.donor_rows
    mean = mean_of(donor, anchors.new, problem.memory_bytes)
    rank = _rank(donor, anchors, mean, problem.memory_bytes)
    k = max(1, min(wanted_k, rank - 1))
    here = mean.to(donor.device, torch.float32)
    targets = donor[side.wanted[with_donor_row(side)].to(donor.device)] - here
    atoms = donor[anchors.new.to(donor.device)] - here
    found = pursue(
        targets,
        atoms,
        k,
        problem.memory_bytes,
        tolerance=params.number("tolerance"),
        independence=params.number("independence"),
    )
    remarks = [
        f"{so_many(n, 'anchor is', 'anchors are')} left out on the {side.name} side: {why}."
        for why, n in n_left_out.items()
        if n
    ]
    if k < wanted_k:
        most = f"at most {count(k)} are used per token"
        remarks.append(f"The {side.name} anchors span {count(rank)} directions, so {most}.")
    return from_anchors(
        side,
        anchors,
        Weighed(found.ids, found.weights, found.left_after),
        centred=True,
        facts={"rank": float(rank), "anchors": float(len(anchors)), "rescored per choice": found.n_rescored},
        remarks=tuple(remarks),
    )


def _rank(donor: Tensor, anchors: Anchors, mean: Tensor, memory_bytes: int) -> int:
    """Independent directions among the centred anchors, to the accuracy of float32."""
    values = torch.linalg.eigvalsh(centred_gram(donor, anchors.new, mean, memory_bytes))
    return int((values > values[-1] * 1e-10).sum())


def of_rows(size: TransplantSize, params: Params) -> Work:
    """Each of k steps compares all tokens with all anchors."""
    k = min(params.whole("k"), size.width)
    turned = Work(_OF_A_NUMBER * size.n_wanted * size.width * k**2)
    return k * (Work(seconds=OF_A_STEP) + cosines(size, size.width) + pairs(size, OF_A_MATCH)) + turned


METHOD = Method(
    key="omp_robust",
    label="OMP robust",
    definition=(
        "As OMP, and mended: both spaces are centred, equal and under-trained anchors are left out, anchors of any "
        "length compete alike, and each token stops by itself once its residual is small or no anchor adds anything, "
        "so that weights stay bounded whatever k is. How many anchors: as hidden shared tokens are made up best."
    ),
    source="Pati et al. 1993; for transplants Goddard and Fernandes Neto 2025; centring and stopping are ours",
    make=rows,
    of_rows=of_rows,
    params=(
        Param(
            key="k",
            label="Atoms",
            default=0,
            help=(
                "How many anchors per token at most. Each more fits the donor's row closer; near its width they fit "
                "what only the donor has."
            ),
            low=1,
            high=1024,
            tried=(1, 2, 4, 8, 16, 32, 64, 128),
            usual=8,
        ),
        Param(
            key="tolerance",
            label="Tolerance",
            default=1e-4,
            help="Residual at which a token stops, as a share of its norm.",
            low=0.0,
            high=1.0,
            untried=_ROUNDING,
        ),
        Param(
            key="independence",
            label="Independence",
            default=1e-3,
            help="Share of an anchor that must be new to be used.",
            low=1e-6,
            high=1.0,
            untried=_ROUNDING,
        ),
        Param(
            key="least_norm",
            label="Least norm",
            default=-1.0,
            help="Anchors shorter than this share of the median are left out.",
            low=0.0,
            high=1.0,
            tried=(0.0, 0.1, 0.3),
            usual=0.1,
        ),
    ),
    needs=(DONOR, ANCHORS),
)
