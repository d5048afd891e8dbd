"""Donor rows as weighted sums of the donor rows of anchors, and what that makes of the model's rows."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import torch
from torch import Tensor

from core.transplants.linear.affine import mean_of
from core.transplants.linear.coefficients import Coefficients, from_table
from core.transplants.problem import Anchors, ProblemSide
from core.transplants.rows import NO_DONOR_ROW, RowOrigin, Rows, composed


@dataclass(frozen=True, eq=False)
class Weighed:
    """Anchors and their weights per wanted token that has a donor row.

    Args:
        places: which anchors, int64 (m, k), -1 for none.
        weights: float32 (m, k), zero for none.
        left_after: what was left of the donor row when so many anchors had been chosen, as a share, float32 (m,);
            empty where they are not chosen one by one.
    """

    places: Tensor
    weights: Tensor
    left_after: Mapping[int, Tensor] = field(default_factory=dict)


def with_donor_row(side: ProblemSide) -> Tensor:
    """Which wanted tokens have a usable donor row, bool (n,)."""
    return side.usable_donor[side.wanted]


def from_anchors(
    side: ProblemSide,
    anchors: Anchors,
    weighed: Weighed,
    *,
    centred: bool,
    facts: Mapping[str, float] | None = None,
    remarks: tuple[str, ...] = (),
) -> Rows:
    """The rows of the wanted tokens: the same weighted sums, of the model's rows.

    Args:
        anchors: that `weighed` counts.
        centred: whether weights are of rows less their mean; the model's mean then makes up for what a token's weights
            lack of one, so that moving either space moves the result along and changes nothing else.
    """
    there = with_donor_row(side)
    n, k = len(there), weighed.places.shape[1]
    known = weighed.places >= 0
    places = torch.where(known, weighed.places, 0)
    old_ids, new_ids = (torch.zeros(n, k, dtype=torch.int64) for _ in range(2))
    old_ids[there], new_ids[there] = anchors.old[places], anchors.new[places]
    weights = torch.zeros(n, k)
    weights[there] = torch.where(known, weighed.weights, 0.0)
    old = from_table(old_ids, weights)
    base_mean = mean_of(side.base_rows, anchors.old, side.problem.memory_bytes) if centred else None
    left = donor_residual(side, anchors, from_table(new_ids, weights), centred)
    steps: dict[int, Tensor] = {}
    for k, values in weighed.left_after.items():
        steps[k] = torch.full((n,), torch.nan)
        steps[k][there] = values
    rows = composed(
        side,
        old,
        RowOrigin.SOLVED,
        {NO_DONOR_ROW: ~there},
        rest=base_mean,
        residual=left,
        facts=facts,
        remarks=remarks,
    )
    return replace(rows, left_after=steps)


def donor_residual(side: ProblemSide, anchors: Anchors, weights: Coefficients, centred: bool) -> Tensor:
    """What the weighted sums leave over of donor rows, as a share of their norm less the anchors' mean, (n,)."""
    donor, wanted, memory_bytes = side.donor_rows, side.wanted, side.problem.memory_bytes
    mean = mean_of(donor, anchors.new, memory_bytes).to(donor.device, torch.float32)
    made = weights.apply(donor, memory_bytes)
    if centred:
        made += (1 - weights.sums.to(made.device))[:, None] * mean
    left = torch.empty(len(wanted))
    block = side.problem.block_rows(12 * donor.shape[1])
    for at in range(0, len(wanted), block):
        rows = donor[wanted[at : at + block].to(donor.device)]
        left[at : at + block] = ((rows - made[at : at + block]).norm(dim=1) / (rows - mean).norm(dim=1)).cpu()
    return left
