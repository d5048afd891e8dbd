"""Weights that are zero for all but the most similar."""

import torch
from torch import Tensor


def sparsemax(values: Tensor) -> Tensor:
    """The point of the probability simplex nearest to each row, (..., N); most of its entries are zero.

    Source: Martins and Astudillo 2016.

    >>> sparsemax(torch.tensor([[0.5, 0.2, -0.6]]))
    tensor([[0.6500, 0.3500, 0.0000]])
    """
    ranked = values.sort(-1, descending=True).values
    running = ranked.cumsum(-1) - 1
    places = torch.arange(1, values.shape[-1] + 1, device=values.device)
    n_inside = (places * ranked > running).sum(-1, keepdim=True)
    threshold = running.gather(-1, n_inside - 1) / n_inside
    return (values - threshold).clamp(min=0)
