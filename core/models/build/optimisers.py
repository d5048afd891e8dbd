"""How the tiny models are trained: which optimiser moves which weights, and how fast when."""

from collections.abc import Sequence
from typing import Any

import torch


def optimisers(module: Any, matrices: float, rows: float) -> list[torch.optim.Optimizer]:
    """Muon (Jordan 2024) for the matrices between layers, Adam for rows of tokens and norms.

    Args:
        matrices, rows: the full learning rate of each.
    """
    head = {id(module.get_input_embeddings().weight), id(module.get_output_embeddings().weight)}
    parameters = list(module.parameters())
    between = [p for p in parameters if p.ndim == 2 and id(p) not in head]
    rest = [p for p in parameters if p.ndim != 2 or id(p) in head]
    made: list[torch.optim.Optimizer] = [
        torch.optim.Muon(between, lr=matrices, momentum=0.95, weight_decay=0.01),
        torch.optim.AdamW(rest, lr=rows, betas=(0.9, 0.95), eps=1e-8, weight_decay=0.0),
    ]
    for optimiser in made:
        for group in optimiser.param_groups:
            group["usual_lr"] = group["lr"]
    return made


def slow_down(several: Sequence[torch.optim.Optimizer], share: float) -> None:
    """Let them go on with this share of their full learning rates."""
    for optimiser in several:
        for group in optimiser.param_groups:
            group["lr"] = group["usual_lr"] * share


def go(several: Sequence[torch.optim.Optimizer], loss: torch.Tensor) -> None:
    """One step down."""
    torch.autograd.backward(loss)
    for optimiser in several:
        optimiser.step()
        optimiser.zero_grad(set_to_none=True)


def share_of_rate(step: int, steps: int, warm_up: int, cool_down: float) -> float:
    """Share of the full learning rate: up, level, and down to nothing in a straight line.

    Args:
        warm_up: steps.
        cool_down: share of the steps, the last.

    >>> [share_of_rate(step, 10, 2, 0.5) for step in (0, 4, 9)]
    [0.5, 1.0, 0.2]
    """
    return min(1.0, (step + 1) / warm_up, (steps - step) / max(1, round(cool_down * steps)))
