"""Orthogonal matching pursuit as transplant tools do it."""

import torch

from core.common.numbers import so_many
from core.common.params import Param, Params
from core.transplants.anchor_weights import Weighed, from_anchors, with_donor_row
from core.transplants.base import Method
from core.transplants.linear.pursuit import published
from core.transplants.needs import ANCHORS, DONOR
from core.transplants.problem import ProblemSide
from core.transplants.rows import Rows
from core.transplants.work import TransplantSize, Work, cosines, pairs

ATOMS = Param(
    key="k",
    label="Atoms",
    default=0,
    help="How many anchors per token. Published: 64.",
    low=1,
    high=1024,
    tried=(1, 2, 4, 8, 16, 32, 64, 128),
    usual=64,
)
OF_A_PAIR = 1_700.0  # sizes, those left out and the largest: 22 ns
_OF_A_NUMBER = 280.0  # of the rows found so far, at each step: 3.6 ns
_WILD = 100.0  # sum of absolute weights that no sensible token has


def rows(side: ProblemSide, params: Params) -> Rows:
    """The same sparse sum for each wanted token, of the model's rows."""
    k = params.whole("k")
    anchors, donor = side.anchors, side.donor_rows
    targets = donor[side.wanted[with_donor_row(side)].to(donor.device)]
    found = published(targets, donor[anchors.new.to(donor.device)], k, side.problem.memory_bytes)
    broken = ~torch.isfinite(found.weights).all(1)
    weights = torch.where(broken[:, None], torch.nan, found.weights)
    n_wild = int((broken | (weights.abs().sum(1) > _WILD)).sum())
    wild = so_many(n_wild, f"{side.name} row has", f"{side.name} rows have")
    remarks = (
        f"{wild} weights beyond reason, as this algorithm makes them when asked for more atoms (k = {k}) than the "
        "anchors have independent directions. Use a smaller k, or OMP robust.",
    )
    weighed = Weighed(found.ids, weights, found.left_after)
    return from_anchors(side, anchors, weighed, centred=False, remarks=remarks[:n_wild])


def of_rows(size: TransplantSize, params: Params) -> Work:
    """Each of k steps compares all tokens with all anchors."""
    k = params.whole("k")
    turned = Work(_OF_A_NUMBER * size.n_wanted * size.width * k**2)
    return k * (cosines(size, size.width) + pairs(size, OF_A_PAIR)) + turned


METHOD = Method(
    key="omp_published",
    label="OMP as published",
    definition=(
        "A token's donor row is written as a sum of exactly k anchors' donor rows, found one by one, and the same sum "
        "of the model's rows is the new row. Restated with its weaknesses: rows are not centred, long anchors are "
        "preferred, and with k above the rank of the anchors the weights explode. k is chosen on hidden shared tokens, "
        "where the publication takes 64."
    ),
    source="Goddard and Fernandes Neto 2025, Training-free tokenizer transplantation via orthogonal matching pursuit",
    make=rows,
    of_rows=of_rows,
    params=(ATOMS,),
    needs=(DONOR, ANCHORS),
)
