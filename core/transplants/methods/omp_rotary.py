"""Matching pursuit in which each anchor may be turned as by a position, in the donor's space and in the model's."""

from dataclasses import replace

import torch
from torch import Tensor

from core.common.errors import UserError
from core.common.numbers import count
from core.common.params import Params
from core.transplants.anchor_weights import with_donor_row
from core.transplants.base import Method
from core.transplants.linear.affine import home, mean_of
from core.transplants.linear.rotary import RotaryShape
from core.transplants.methods.omp_published import ATOMS, OF_A_PAIR
from core.transplants.needs import ANCHORS, DONOR, ROTARY
from core.transplants.problem import ProblemSide
from core.transplants.rows import NO_DONOR_ROW, RowOrigin, Rows, made
from core.transplants.work import TransplantSize, Work, cosines, pairs

_TINY, _RIDGE = 1e-8, 1e-6


def rows(side: ProblemSide, params: Params) -> Rows:
    """Sums of turned rows of the model for each wanted token."""
    problem, anchors = side.problem, side.anchors
    base, donor = _shapes(side)
    there, k = with_donor_row(side), min(params.whole("k"), len(anchors))
    known = side.donor_rows[anchors.new.to(side.donor_rows.device)]
    mean = mean_of(side.donor_rows, anchors.new, problem.memory_bytes).to(known)
    asked = torch.nonzero(there).flatten()
    values = torch.zeros(len(there), side.width, device=known.device)
    left = torch.full((len(there),), torch.nan)
    block = problem.block_rows(12 * len(anchors) + 24 * k * (known.shape[1] + side.width))
    for at in range(0, len(asked), block):
        places = asked[at : at + block]
        targets = side.donor_rows[side.wanted[places].to(known.device)]
        chosen, positions = _pursued(targets, known, donor, k)
        weights, missed = _weighted(targets, donor.turned(known[chosen], positions))
        left[places] = (missed / (targets - mean).norm(dim=1)).cpu()
        mine = side.base_rows[anchors.old.to(known.device)[chosen]]  # (b, k, W)
        width = side.matrix.shape[1]
        mine = torch.cat([base.turned(mine[..., :width], positions), mine[..., width:]], -1)
        values[places.to(known.device)] = torch.bmm(weights[:, None], mine)[:, 0]
    return made(side, values, RowOrigin.SOLVED, {NO_DONOR_ROW: ~there}, residual=left)


def _shapes(side: ProblemSide) -> tuple[RotaryShape, RotaryShape]:
    """How the model and the donor turn."""
    shapes = side.problem.resources.rotary
    assert shapes is not None, "declared as needed"
    for shape, width in zip(shapes, (side.matrix.shape[1], side.donor_rows.shape[1]), strict=True):
        if not shape.fits(width):
            raise UserError(
                f"Rows {count(width)} wide do not divide into pairs in {count(shape.heads)} attention heads. Choose "
                "another method, such as OMP robust."
            )
    return shapes


def _pursued(targets: Tensor, atoms: Tensor, shape: RotaryShape, k: int) -> tuple[Tensor, Tensor]:
    """(which atoms, at which positions), (b, k) each: one after another, without a look back."""
    residual, rows_of = targets.clone(), torch.arange(len(targets), device=targets.device)
    taken = torch.zeros(len(targets), len(atoms), dtype=torch.bool, device=targets.device)
    chosen = torch.zeros(len(targets), k, dtype=torch.int64, device=targets.device)
    positions = torch.zeros(len(targets), k, device=targets.device)
    for t in range(k):
        choice = (residual @ atoms.T).abs_().masked_fill_(taken, -1).argmax(1)
        taken[rows_of, choice] = True
        atom = atoms[choice]
        forth, back = shape.position(atom, residual), shape.position(atom, -residual)
        position = torch.where(forth.abs() < back.abs(), forth, back)
        atom = shape.turned(atom, position)
        share = (residual * atom).sum(1) / atom.square().sum(1).clamp(min=_TINY)
        residual = residual - share[:, None] * atom
        chosen[:, t], positions[:, t] = choice, position
    return chosen, positions


def _weighted(targets: Tensor, atoms: Tensor) -> tuple[Tensor, Tensor]:
    """(weights (b, k) under which the atoms (b, k, D) come closest to the targets, what is left over (b,)).

    A millionth of the atoms' mean square is added as a ridge, so that more atoms than dimensions have one answer.
    """
    exact = atoms.to(home(atoms.device), torch.float64)
    products = torch.bmm(exact, exact.transpose(1, 2))
    ridge = _RIDGE * products.diagonal(dim1=1, dim2=2).mean(1)[:, None].expand(-1, atoms.shape[1])
    right = torch.bmm(exact, targets.to(exact)[:, :, None])
    weights = torch.linalg.solve(products + torch.diag_embed(ridge), right)[:, :, 0].to(atoms)
    return weights, (targets - torch.bmm(weights[:, None], atoms)[:, 0]).norm(dim=1)


def of_rows(size: TransplantSize, params: Params) -> Work:
    """Each of k steps compares all tokens with all anchors; turning takes as long as forty of the widths."""
    k = params.whole("k")
    turning = Work(size.n_wanted * size.width * k * (400.0 + 4.0 * k))
    return k * (cosines(size, size.width) + pairs(size, OF_A_PAIR)) + turning


METHOD = Method(
    key="omp_rotary",
    label="Matching pursuit, turned (RoPE)",
    definition=(
        "A token's donor row is written as a sum of k anchors' donor rows, each turned as rotary positions turn what "
        "attention compares, by the position at which it comes nearest to what is left; the same sum of the model's "
        "rows, turned by the same positions among its own heads, is the new row. Anchors are chosen before they are "
        "turned, and weights are solved for at last, as published. Input rows never pass through such a turn, so that "
        "there is no reason for it but to be compared. k is chosen on hidden shared tokens."
    ),
    source="mergekit-tokensurgeon, mp_rope; restated",
    make=rows,
    of_rows=of_rows,
    params=(replace(ATOMS, tried=(1, 4, 16, 64), usual=16),),  # fewer, since turning takes most of its time
    needs=(DONOR, ANCHORS, ROTARY),
)
