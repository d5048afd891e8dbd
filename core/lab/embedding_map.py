"""Places of tokens on a plane: the two main axes of the original's own rows, on which every method's rows are drawn.

One plane for all methods makes them comparable; what a method adds outside of it does not show, so the share of the
variance that the axes hold is stated.
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from core.tokenizers.matching import Match
from core.transplants.problem import ProblemSide

MOST_TOKENS = 2_000
_AXES, _ROUNDS = 2, 16
_MOST_ROWS = 8_192  # that the axes are fitted to; more change them less than a line's width


@dataclass(frozen=True, eq=False)
class Plane:
    """Two axes in the space of rows.

    Args:
        centre: float32 (D,).
        axes: orthonormal, float32 (D, 2).
        shares: of the variance along each.
    """

    centre: Tensor
    axes: Tensor
    shares: tuple[float, float]

    def places(self, rows: Tensor) -> NDArray[np.float32]:
        """Where rows lie, float32 (n, 2)."""
        found: NDArray[np.float32] = ((rows.to(self.centre) - self.centre) @ self.axes).cpu().numpy()
        return found


def plane(side: ProblemSide, seed: int = 0) -> Plane:
    """The main axes of the original's usable rows.

    Signs are such that the largest loading of each axis is positive, so that the same rows give the same picture.
    """
    generator = torch.Generator().manual_seed(seed)
    usable = torch.nonzero(side.usable_old).flatten()
    chosen = usable[torch.randperm(len(usable), generator=generator)[:_MOST_ROWS]].sort().values
    width = side.matrix.shape[1]
    rows = side.base_rows[chosen.to(side.problem.device), :width]
    centre = rows.mean(0)
    rows = rows - centre
    found = torch.randn(width, min(width, _AXES + 6), generator=generator).to(rows)
    for _ in range(_ROUNDS):  # subspace iteration: two axes of thousands cost no decomposition of all
        found = torch.linalg.qr(rows.T @ (rows @ found)).Q
    _, scales, turn = torch.linalg.svd(rows @ found, full_matrices=False)
    axes = torch.zeros(width, _AXES).to(rows)
    n = min(_AXES, width, len(scales))
    axes[:, :n] = (found @ turn.T)[:, :n]
    signs = torch.where(axes.gather(0, axes.abs().argmax(0, keepdim=True)) < 0, -1.0, 1.0)
    total = float(rows.square().sum()) or 1.0
    shares = [*(scales[:_AXES].square() / total).tolist(), 0.0, 0.0]
    return Plane(centre, axes * signs, (shares[0], shares[1]))


def map_ids(found: Match, seed: int = 0, most: int = MOST_TOKENS) -> NDArray[np.int64]:
    """New ids to draw, ascending: as many copied as made ones where there are enough of both."""
    text = found.text[: found.n_vocabulary]
    random = np.random.default_rng(seed)
    made = np.flatnonzero(text & ~found.shared[: found.n_vocabulary])
    shared = np.flatnonzero(text & found.shared[: found.n_vocabulary])
    n_made = min(len(made), max(most // 2, most - len(shared)))
    picked = [random.permutation(made)[:n_made], random.permutation(shared)[: most - n_made]]
    return np.sort(np.concatenate(picked)).astype(np.int64)
