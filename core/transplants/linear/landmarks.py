"""Maps between spaces by landmarks: the main axes of the shared rows, and axes made of few of them each.

Source: mergekit-tokensurgeon, its methods landmark_pca and sparse token basis; restated and mended as said below.
"""

import torch
from torch import Tensor

from core.transplants.linear.affine import EXACT, AffineMap, Pairs, centred_gram, centred_product, mean_of, polar
from core.transplants.linear.pursuit import pursue

_TINY = 1e-10  # share of the largest eigenvalue below which a direction counts as absent


def turned_axes(pairs: Pairs, *, backwards: bool = False) -> AffineMap:
    """The rotation between the main axes of both spaces, as many as the narrower has, without a scale.

    Among axes of the left rows with coordinates A and of the right ones with B, the best rotation is U Vᵀ of the
    singular vectors of AᵀB. Between spaces of one width that is Procrustes' rotation.

    Args:
        backwards: whether to apply its transpose, as mergekit does. That is another rotation but where the axes
            correspond, as they do of rows that were turned and nothing else.
    """
    left_mean, right_mean = (mean_of(rows, ids, pairs.memory_bytes) for rows, ids in _sides(pairs))
    left_axes, right_axes = (
        _axes(centred_gram(rows, ids, mean, pairs.memory_bytes), min(pairs.left.shape[1], pairs.right.shape[1]))
        for (rows, ids), mean in zip(_sides(pairs), (left_mean, right_mean), strict=True)
    )
    product = centred_product(pairs, left_mean, right_mean)
    turn = polar(left_axes.T @ product @ right_axes)
    return AffineMap(
        left_axes @ (turn.T if backwards else turn) @ right_axes.T, left_mean, right_mean, {"axes": float(len(turn))}
    )


def sparse_axes(pairs: Pairs, k: int) -> AffineMap:
    """The map that takes axes of the left space, each a sum of few rows, to the same sums of right rows.

    The main axes of the narrower space are written as sums of up to k of its rows; the same sums in both spaces are two
    bases, and a row's coordinates in the one, by least squares, are its coordinates in the other. Both spaces are
    centred, where mergekit takes the sums of rows as they are.
    """
    sides = _sides(pairs)
    means = [mean_of(rows, ids, pairs.memory_bytes) for rows, ids in sides]
    narrower = min((0, 1), key=lambda side: sides[side][0].shape[1])
    rows, ids = sides[narrower]
    centred = rows[ids.to(rows.device)] - means[narrower].to(rows)
    axes = _axes(centred_gram(rows, ids, means[narrower], pairs.memory_bytes), rows.shape[1])
    length = torch.linalg.vector_norm(centred, dim=1).mean()
    known = torch.nonzero(centred.norm(dim=1) > 0).flatten().cpu()
    found = pursue((axes.T * length).to(centred), centred[known], min(k, len(known)), pairs.memory_bytes)
    bases = [
        _sums(rows, ids[known], mean, found.ids, found.weights) for (rows, ids), mean in zip(sides, means, strict=True)
    ]
    matrix = torch.linalg.pinv(bases[0], rtol=1e-6) @ bases[1]
    facts = {"axes": float(len(axes.T)), "rows in axes": float(len({*found.ids[found.ids >= 0].tolist()}))}
    return AffineMap(matrix, means[0], means[1], facts)


def _sides(pairs: Pairs) -> tuple[tuple[Tensor, Tensor], tuple[Tensor, Tensor]]:
    return (pairs.left, pairs.left_ids), (pairs.right, pairs.right_ids)


def _axes(gram: Tensor, most: int) -> Tensor:
    """The main axes, largest first, without absent directions, float64 (W, n)."""
    values, axes = torch.linalg.eigh(gram)
    there = int((values > _TINY * values[-1]).sum())
    found: Tensor = axes.flip(1)[:, : max(1, min(most, there))]
    return found


def _sums(rows: Tensor, ids: Tensor, mean: Tensor, chosen: Tensor, weights: Tensor) -> Tensor:
    """Σ weight (row - mean) of each axis, float64 (n, W)."""
    places = ids[chosen.clamp(min=0)]
    summed = [
        (weight[:, None].to(EXACT) * (rows[place.to(rows.device)].to(mean.device, EXACT) - mean)).sum(0)
        for place, weight in zip(places, weights.to(mean.device), strict=True)
    ]
    return torch.stack(summed)
