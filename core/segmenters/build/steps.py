"""The loop that trains a segmenter: batch after batch, warmed up and slowed down at the end, with progress."""

from collections.abc import Callable, Iterator, Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.common.progress import report
from core.models.build.optimisers import go, share_of_rate, slow_down

_WARM_UP, _COOL_DOWN = 20, 0.5  # steps, and the last share of them


def train(
    moving: Sequence[torch.optim.Optimizer],
    stream: Iterator[Sequence[NDArray[np.int64]]],
    steps: int,
    objective: Callable[[int, Sequence[Tensor]], tuple[Tensor, str]],
) -> None:
    """Make an objective less, for so many steps.

    Args:
        moving: what moves the weights.
        stream: what is read, a batch a step.
        objective: of a step and its batch, and how far training is, in words.
    """
    for step in range(steps):
        slow_down(moving, share_of_rate(step, steps, _WARM_UP, _COOL_DOWN))
        loss, said = objective(step, [torch.from_numpy(array) for array in next(stream)])
        go(moving, loss)
        report(step + 1, steps, said)
