"""Anchors whose rows were trained and are not copies of each other."""

from collections.abc import Callable

import torch
from torch import Tensor

from core.tokenizers.matching import vocabulary_of
from core.tokenizers.special_roles import special_ids
from core.transplants.linear.affine import mean_of
from core.transplants.problem import Anchors, ProblemSide

_ALIKE = 0.9  # cosine to the mean unused row from which a token counts as unused too


def trusted(side: ProblemSide, least_norm: float) -> tuple[Anchors, dict[str, int]]:
    """(the anchors to go by, how many were left out for each reason).

    Under-trained tokens have rows that stayed where training began: short once the mean is taken off, or pointing where
    the rows of unused ids point (Land and Bartolo 2024). All anchors are kept if none would be left.

    Args:
        least_norm: share of the median norm, less the mean, below which a row counts as under-trained.
    """
    problem, anchors, donor, base = side.problem, side.anchors, side.donor_rows, side.base_rows
    words = vocabulary_of(problem.new)
    unused_new = _unused(words.pieces, special_ids(problem.new), len(donor)) & side.usable_donor
    old_words = vocabulary_of(problem.old)
    unused_old = _unused(old_words.pieces, special_ids(problem.old), len(base))
    unused_old &= side.finite & ~side.zero
    poor = _poor(donor, anchors.new, unused_new, least_norm, problem.memory_bytes)
    poor |= _poor(base, anchors.old, unused_old, least_norm, problem.memory_bytes)
    equal = _repeats(donor, anchors.new, problem.memory_bytes) & ~poor
    kept = ~poor & ~equal
    if not kept.any():
        return anchors, {}
    counts = {"the row looks untrained": int(poor.sum()), "the donor row repeats another's": int(equal.sum())}
    return Anchors(anchors.new[kept], anchors.old[kept]), counts


def _unused(pieces: list[bytes], special: set[int], n_rows: int) -> Tensor:
    """Ids that stand for nothing, padding rows too, bool (n_rows,)."""
    unused = torch.ones(n_rows, dtype=torch.bool)
    unused[[i for i, piece in enumerate(pieces[:n_rows]) if piece or i in special]] = False
    return unused


def _poor(rows: Tensor, ids: Tensor, unused: Tensor, least_norm: float, memory_bytes: int) -> Tensor:
    """Which of the chosen rows look untrained, bool (N,)."""
    mean = mean_of(rows, ids, memory_bytes).to(rows.device, torch.float32)
    typical = None
    if unused.any():
        typical = rows[unused.to(rows.device)].mean(0) - mean

    def measure(block: Tensor) -> Tensor:
        centred = block - mean
        norm = centred.norm(dim=1)
        alike = norm.new_zeros(len(norm)) if typical is None else torch.cosine_similarity(centred, typical[None])
        return torch.stack([norm, alike], 1)

    norm, alike = _over(rows, ids, memory_bytes, measure).unbind(1)
    return (norm < least_norm * norm.median()) | (alike > _ALIKE)


def _repeats(rows: Tensor, ids: Tensor, memory_bytes: int) -> Tensor:
    """Which of the chosen rows are, number for number, a row before them, bool (N,)."""
    draw = torch.Generator().manual_seed(0)
    factors = torch.randint(-(2**62), 2**62, (rows.shape[1],), generator=draw) | 1

    def digest(block: Tensor) -> Tensor:  # zeros of both signs are one
        return ((block.cpu() + 0.0).view(torch.int32).long() * factors).sum(1)

    hashes = _over(rows, ids, memory_bytes, digest)
    order = torch.argsort(hashes, stable=True)
    repeated = torch.zeros(len(ids), dtype=torch.bool)
    repeated[order[1:]] = hashes[order[1:]] == hashes[order[:-1]]
    return repeated


def _over(rows: Tensor, ids: Tensor, memory_bytes: int, work: Callable[[Tensor], Tensor]) -> Tensor:
    """What the work makes of the chosen rows, block by block, on the CPU."""
    block = max(1, min(4096, memory_bytes // (32 * rows.shape[1])))
    return torch.cat([work(rows[ids[at : at + block].to(rows.device)]).cpu() for at in range(0, len(ids), block)])
