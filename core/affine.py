"""Sums over rows that maps between embedding spaces are fitted from, block by block and in float64."""

import torch
from torch import Tensor


def centred_gram(rows: Tensor, ids: Tensor, mean: Tensor, memory_bytes: int) -> Tensor:
    """Σ (x - mean)(x - mean)ᵀ over the chosen rows, float64 (W, W) on the CPU."""
    return centred_product(rows, ids, mean, rows, ids, mean, memory_bytes)


def centred_product(
    left: Tensor,
    left_ids: Tensor,
    left_mean: Tensor,
    right: Tensor,
    right_ids: Tensor,
    right_mean: Tensor,
    memory_bytes: int,
) -> Tensor:
    """Σ (x - mean)(y - mean)ᵀ over pairs of chosen rows, float64 (W_left, W_right) on the CPU.

    Each block's product is in float32 on the device, where the number of its rows keeps rounding small; blocks add up
    in float64.
    """
    total = torch.zeros(left.shape[1], right.shape[1], dtype=torch.float64)
    block = max(1, min(4096, memory_bytes // (8 * (left.shape[1] + right.shape[1]))))
    for at in range(0, len(left_ids), block):
        a = left[left_ids[at : at + block].to(left.device)] - left_mean
        b = right[right_ids[at : at + block].to(right.device)] - right_mean
        total += (a.T @ b).cpu().double()
    return total
