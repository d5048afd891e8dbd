"""Vectors of tokens from the company they keep: positive pointwise mutual information, reduced to few dimensions.

Chosen over a library for word vectors: it needs nothing beyond what is here, gives the same bits on every run (those
libraries train in parallel and do not), and on the few megabytes of text that a transplant has at hand counting does as
well as predicting (Levy, Goldberg and Dagan 2015). Vectors trained elsewhere can be given in its place.
"""

from collections.abc import Sequence

import numpy as np
import torch
from numpy.typing import NDArray
from scipy.sparse import csr_array
from scipy.sparse.linalg import svds
from torch import Tensor

Ids = NDArray[np.int64]

_CHUNK = 500_000  # tokens whose pairs are counted at a time
_SMOOTHING = 0.75  # power of context counts, which keeps rare contexts from looking telling
_DENSE = 2  # up to so many tokens per dimension all singular values are found, of which most are wanted


def token_vectors(
    texts: Sequence[NDArray[np.int32]],
    n_vocabulary: int,
    width: int = 128,
    window: int = 5,
    min_count: int = 5,
    seed: int = 0,
) -> Tensor:
    """A vector per token, float32 (V, width); NaN for tokens that occur fewer than `min_count` times.

    Args:
        texts: ids per text; company is kept within a text.
        window: how far to look to either side; nearer neighbours count for more, one over the distance.
        seed: of the vector that the decomposition starts from.

    Source: Levy, Goldberg and Dagan 2015 (context smoothing, square roots of singular values).
    """
    gaps = [np.concatenate([ids.astype(np.int64), np.full(window, -1)]) for ids in texts if len(ids)]
    stream = np.concatenate([np.empty(0, np.int64), *gaps])
    occurs = np.bincount(stream[stream >= 0], minlength=n_vocabulary)
    seen = np.flatnonzero(occurs >= min_count)
    vectors = torch.full((n_vocabulary, width), torch.nan)
    if len(seen) < 2:
        return vectors
    place = np.full(n_vocabulary + 1, -1, np.int64)
    place[seen] = np.arange(len(seen))
    keys, weights = _pairs(place[stream], len(seen), window)
    rows, columns = np.divmod(keys, len(seen))
    total = np.bincount(rows, weights, len(seen))  # symmetric, so that rows and columns have the same totals
    smooth = total**_SMOOTHING
    with np.errstate(divide="ignore"):
        information = np.log(weights * smooth.sum() / (total[rows] * smooth[columns]))
    positive = information > 0
    found = (information[positive], (rows[positive], columns[positive]))
    matrix = csr_array(found, shape=(len(seen), len(seen)))
    vectors[torch.from_numpy(seen)] = torch.from_numpy(_reduced(matrix, width, seed))
    return vectors


def _pairs(stream: Ids, n: int, window: int) -> tuple[Ids, NDArray[np.float64]]:
    """(row · n + column of every pair of neighbours, its weight), both ways round, ascending."""
    keys: Ids = np.empty(0, np.int64)
    weights: NDArray[np.float64] = np.empty(0)
    for at in range(0, len(stream), _CHUNK):
        found, worth = [keys], [weights]
        for distance in range(1, window + 1):
            left = stream[at : at + _CHUNK]
            right = stream[at + distance : at + _CHUNK + distance]
            left = left[: len(right)]
            known = (left >= 0) & (right >= 0)
            pair = np.stack([left[known] * n + right[known], right[known] * n + left[known]]).ravel()
            found.append(pair)
            worth.append(np.full(len(pair), 1 / distance))
        keys, back = np.unique(np.concatenate(found), return_inverse=True)
        weights = np.bincount(back, np.concatenate(worth), len(keys)).astype(np.float64)
    return keys, weights


def _reduced(matrix: csr_array, width: int, seed: int) -> NDArray[np.float32]:
    """Left singular vectors times roots of singular values, float32 (n, width); zeros where there are fewer."""
    out = np.zeros((matrix.shape[0], width), np.float32)
    if not matrix.nnz:
        return out
    if len(out) <= _DENSE * width:
        left, values, _ = np.linalg.svd(matrix.toarray())
    else:
        left, values, _ = svds(matrix, width, rng=np.random.default_rng(seed))
    kept = np.argsort(-values)[:width]
    out[:, : len(kept)] = left[:, kept] * np.sqrt(values[kept])
    return out
