"""How untrained a row looks: one number a row, lower for rows that training moved less."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import eigh
from torch import Tensor

from core.common.errors import UserError
from core.models.matrices import Matrices
from core.vocabulary.entries import Ids

NORM, DISTANCE = "norm", "distance"
IN_WORDS = {
    NORM: "length of the input row",
    DISTANCE: "cosine distance of the output row to the mean of unused rows, without their first principal component",
}
_CHUNK = 4_096  # rows that are copied as float32 at a time
_TINY = 1e-12


@dataclass(frozen=True, eq=False)
class Indicator:
    """A number per row, and which it is.

    Args:
        key: `NORM` or `DISTANCE`.
        values: lower for rows that look untrained, float64 (V,).
    """

    key: str
    values: NDArray[np.float64]


def indicator(matrices: Matrices, unused: Ids) -> Indicator:
    """The published choice: lengths of input rows, or, where the head uses those rows, distances to unused ones.

    A model whose rows serve both ends pushes those of unused tokens away from every hidden state, so that they are
    alike and not short. No more than some thousand rows are held as float32.

    Raises:
        UserError: the head is tied and no id is known to be unused.
    """
    if not matrices.tied:
        squares = [(rows * rows).sum(1, dtype=np.float64) for rows in _chunks(matrices.input)]
        return Indicator(NORM, np.sqrt(np.concatenate(squares)))
    if not len(unused):
        raise UserError(
            "The model's head uses its input rows, so its untrained rows are told by those of ids that are known to be "
            "unused, and this tokenizer has none. Name some ids that no text contains."
        )
    return Indicator(DISTANCE, distances(matrices.head, unused))


def distances(rows: Tensor, unused: Ids) -> NDArray[np.float64]:
    """Cosine distance of each row to the mean of the unused ones, without the first principal component.

    Args:
        rows: (V, D) of any number format, on any device.
        unused: ids of the rows to compare with, at least one, int64 (n,).

    Returns:
        0 to 2, float64 (V,); 1 for a row of zeros.

    >>> import torch
    >>> rows = torch.tensor([[9.0, 1, 0], [-9, 1, 0], [9, 0, 1], [-9, 0, 1]])
    >>> distances(rows, np.array([0, 1])).round(3).tolist()
    [0.0, 0.0, 1.0, 1.0]
    """
    first = first_component(rows)
    mean = np.mean([rows[int(i)].float().cpu().numpy() for i in unused], 0, dtype=np.float64)
    mean -= (mean @ first) * first
    found = []
    for chunk in _chunks(rows):
        along, across = chunk @ first, chunk @ mean  # the mean is perpendicular to the component
        lengths = np.sqrt(np.maximum((chunk * chunk).sum(1, dtype=np.float64) - along**2, 0))
        found.append(1 - across / np.maximum(lengths * np.linalg.norm(mean), _TINY))
    return np.concatenate(found)


def first_component(rows: Tensor) -> NDArray[np.float64]:
    """The direction in which rows (V, D) differ most from their mean, of length 1, float64 (D,)."""
    width = rows.shape[1]
    total, products = np.zeros(width), np.zeros((width, width))
    for chunk in _chunks(rows):
        exact = chunk.astype(np.float64)
        total += exact.sum(0)
        products += exact.T @ exact
    mean = total / len(rows)
    covariance = products / len(rows) - np.outer(mean, mean)
    vectors: NDArray[np.float64] = eigh(covariance, subset_by_index=[width - 1, width - 1])[1]
    return vectors[:, 0]


def _chunks(rows: Tensor) -> Iterator[NDArray[np.float32]]:
    for start in range(0, len(rows), _CHUNK):
        yield rows[start : start + _CHUNK].detach().float().cpu().numpy()
