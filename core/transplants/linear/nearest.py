"""The most similar rows of a matrix, found block by block."""

import torch
from torch import Tensor


def nearest(
    targets: Tensor, rows: Tensor, k: int, memory_bytes: int, *, euclidean: bool = False
) -> tuple[Tensor, Tensor]:
    """The k rows nearest to each target, nearest first.

    Args:
        targets: float32 (n, D).
        rows: float32 (N, D).
        memory_bytes: what may be taken for a table of similarities, beyond a normalised copy of `rows`.
        euclidean: whether nearness is distance; otherwise the cosine.

    Returns:
        (rows' indices, int64 (n, k); cosines, or distances, float32 (n, k)), on the CPU.

    >>> nearest(torch.tensor([[0.9, 0.1]]), torch.eye(2), 1, 2**20)[0]
    tensor([[0]])
    """
    k = min(k, len(rows))
    squares = rows.square().sum(1)
    unit = rows if euclidean else rows / squares.sqrt().clamp(min=1e-30)[:, None]
    places, values = torch.empty(len(targets), k, dtype=torch.int64), torch.empty(len(targets), k)
    block = max(1, memory_bytes // (12 * len(rows) + 12 * rows.shape[1]))
    for at in range(0, len(targets), block):
        wanted = targets[at : at + block]
        if euclidean:
            similar = 2 * (wanted @ unit.T) - squares
        else:
            similar = torch.nn.functional.normalize(wanted, dim=1) @ unit.T
        top, found = similar.topk(k, 1)
        if euclidean:  # from the rows themselves: squares of long rows cancel
            top = torch.stack([(rows[found[:, n]] - wanted).norm(dim=1) for n in range(k)], 1)
        places[at : at + block], values[at : at + block] = found.cpu(), top.cpu()
    return places, values


def has_direction(vectors: Tensor) -> Tensor:
    """Which rows can be compared by direction: those of numbers that are not all zero, bool (n,).

    >>> has_direction(torch.tensor([[0.0, 2.0], [0.0, 0.0], [torch.nan, 1.0]])).tolist()
    [True, False, False]
    """
    return torch.isfinite(vectors).all(1) & (vectors != 0).any(1)
