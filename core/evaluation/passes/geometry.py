"""Shapes of sets of embedding rows: lengths, directions, neighbours."""

from dataclasses import dataclass

import torch
from torch import Tensor

BLOCK_BYTES = 2**26


@dataclass(frozen=True)
class Isotropy:
    """How evenly rows point into all directions.

    Args:
        mean_cosine: over all pairs of different rows; 0 where directions are even. NaN for fewer than two rows.
        effective_rank: exponential of the entropy of the centred rows' covariance eigenvalues; at most D. Likewise.
    """

    mean_cosine: float
    effective_rank: float


def isotropy(rows: Tensor) -> Isotropy:
    """Of rows (N, D).

    Source: Roy and Vetterli 2007, The effective rank; Ethayarajh 2019 (mean cosine).

    >>> isotropy(torch.cat([torch.eye(3), -torch.eye(3)]))
    Isotropy(mean_cosine=-0.2, effective_rank=3.0)
    """
    n = len(rows)
    if n < 2:
        return Isotropy(float("nan"), float("nan"))
    wide = rows.double()
    unit = wide / wide.norm(dim=1, keepdim=True).clamp(min=1e-300)
    mean_cosine = float((unit.sum(0).square().sum() - unit.square().sum()) / (n * (n - 1)))
    centred = wide - wide.mean(0)
    values = torch.linalg.eigvalsh(centred.T @ centred).clamp(min=0)
    if not float(values.sum()):
        return Isotropy(mean_cosine, float("nan"))
    shares = values / values.sum()
    entropy = -(shares * shares.clamp(min=1e-300).log()).sum()
    return Isotropy(round(mean_cosine, 12), round(float(entropy.exp()), 9))


def neighbours(rows: Tensor, of: Tensor, k: int, own: Tensor | None = None) -> Tensor:
    """The k rows nearest in direction to each of some vectors, as indices, int64 (M, min(k, N)); block by block.

    Args:
        rows: (N, D).
        of: (M, D).
        own: index in `rows` that each vector must not find, itself, (M,).

    >>> neighbours(torch.eye(3), torch.tensor([[1.0, 0.5, 0.0]]), 2).tolist()
    [[0, 1]]
    """
    unit = rows.float() / rows.float().norm(dim=1, keepdim=True).clamp(min=1e-30)
    wanted = of.float() / of.float().norm(dim=1, keepdim=True).clamp(min=1e-30)
    k = min(k, len(rows) - (own is not None))
    size = max(1, BLOCK_BYTES // (4 * len(rows)))
    found = []
    for begin in range(0, len(wanted), size):
        cosines = wanted[begin : begin + size] @ unit.T
        if own is not None:
            cosines[torch.arange(len(cosines)), own[begin : begin + size]] = -2.0
        found.append(cosines.topk(k, dim=1).indices)
    return torch.cat(found) if found else torch.empty(0, k, dtype=torch.int64)


def overlap(a: Tensor, b: Tensor) -> Tensor:
    """How many entries each row of `a` has in common with the same row of `b`, (M,)."""
    return (a[:, :, None] == b[:, None, :]).any(2).sum(1)
