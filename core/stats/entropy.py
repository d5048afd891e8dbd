"""Entropies of token sequences, and how much of them is the size of the sample.

The entropy worked out from observed frequencies (plug-in) is too low, and the more so the fewer tokens were seen for
each distinct one; for entropies given several tokens before, most of what is seen is this bias. So estimates come with
the Miller–Madow correction, and with the number of tokens for each distinct context.

Sources: Miller 1955; Zouhar et al. 2023, Tokenization and the Noiseless Channel; Erdogan et al. 2026 (2601.09039).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log, log2
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.stats.left_out import TypeCounts

Floats = NDArray[np.float64]

ALPHA = 2.5
MIN_TOKENS_PER_CONTEXT = 10


def frequencies(ids: NDArray[np.integer[Any]]) -> NDArray[np.int64]:
    """How often each distinct id occurs, int64 (distinct,)."""
    return np.asarray(np.unique(ids, return_counts=True)[1], np.int64)


def plug_in(counts: NDArray[np.int64]) -> float:
    """Entropy of the observed frequencies, in bits per token.

    >>> plug_in(np.array([1, 1, 2]))
    1.5
    """
    shares = counts / counts.sum()
    return float(-(shares * np.log2(shares)).sum())


def miller_madow(counts: NDArray[np.int64]) -> float:
    """The same plus (distinct - 1) / (2 tokens ln 2), the first term of what plug-in estimates lack.

    >>> round(miller_madow(np.array([1, 1, 2])), 4)
    1.8607
    """
    return plug_in(counts) + (len(counts) - 1) / (2 * int(counts.sum()) * log(2))


def miller_madow_without(types: TypeCounts) -> Floats:
    """The same without each group of the sample in turn, (G,)."""
    n = types.n_tokens
    with np.errstate(divide="ignore", invalid="ignore"):
        observed = np.log2(n) - types.without(_times_log) / n
        return np.asarray(observed + (types.n_types - 1) / (2 * n * log(2)))


def _times_log(counts: Floats) -> Floats:
    return np.asarray(counts * np.log2(np.maximum(counts, 1)))


def renyi_without(types: TypeCounts, alpha: float = ALPHA) -> Floats:
    """Rényi entropy without each group of the sample in turn, (G,), bits.

    >>> renyi_without(TypeCounts.of(np.array([1, 2, 3, 3]), np.array([0, 0, 1, 1]), 2)).round(9).tolist()
    [-0.0, 1.0]
    """
    with np.errstate(divide="ignore", invalid="ignore"):
        shares = types.without(lambda counts: np.asarray(counts**alpha)) / types.n_tokens**alpha
        return np.asarray(np.log2(shares) / (1 - alpha))


def renyi(counts: NDArray[np.int64], alpha: float = ALPHA) -> float:
    """Rényi entropy of order alpha of the observed frequencies, in bits.

    >>> renyi(np.array([1, 1, 1, 1]))
    2.0
    """
    shares = counts / counts.sum()
    return float(np.log2((shares**alpha).sum()) / (1 - alpha))


def renyi_efficiency(counts: NDArray[np.int64], n_vocabulary: int, alpha: float = ALPHA) -> float:
    """Rényi entropy / that of equal use of `n_vocabulary` tokens.

    Source: Zouhar et al. 2023, who take the observed vocabulary.
    """
    return renyi(counts, alpha) / log2(n_vocabulary)


@dataclass(frozen=True)
class EntropyEstimate:
    """The entropy of a token given those before it, from a sample of one size.

    Args:
        n_tokens: size of the sample.
        plug_in, miller_madow: bits per token.
        tokens_per_context: tokens for each distinct context; below 10 the number is mostly bias.
    """

    n_tokens: int
    plug_in: float
    miller_madow: float
    tokens_per_context: float

    @property
    def reliable(self) -> bool:
        """Whether there were tokens enough."""
        return self.tokens_per_context >= MIN_TOKENS_PER_CONTEXT


def conditional(ids: NDArray[np.integer[Any]], before: int) -> EntropyEstimate:
    """Entropy of a token given the `before` tokens before it, 0 for none.

    >>> conditional(np.array([1, 2] * 50), 1).plug_in
    0.0
    """
    return conditionals(ids, before)[-1]


def conditionals(ids: NDArray[np.integer[Any]], most_before: int) -> list[EntropyEstimate]:
    """The same given no token, one, and so on up to `most_before`.

    >>> [round(one.plug_in, 2) for one in conditionals(np.array([1, 2, 2] * 50), 2)]
    [0.92, 0.66, 0.0]
    """
    columns = _named(np.asarray(ids, np.int64))
    names, found = columns, [_estimate(columns, None)]
    for before in range(1, most_before + 1):  # pairs are named, then triples, …: sorting numbers is faster than rows
        context = names[:-1]
        names = _named(context * (columns.max(initial=0) + 1) + columns[before:])
        found.append(_estimate(names, context))
    return found


def _named(rows: NDArray[np.int64]) -> NDArray[np.int64]:
    """Each number's place among the distinct ones."""
    return np.asarray(np.unique(rows, return_inverse=True)[1], np.int64)


def _estimate(names: NDArray[np.int64], context: NDArray[np.int64] | None) -> EntropyEstimate:
    n = len(names)
    if not n:
        return EntropyEstimate(0, float("nan"), float("nan"), 0.0)
    whole = np.bincount(names)
    if context is None:
        return EntropyEstimate(n, plug_in(whole), miller_madow(whole), float(n))
    known = np.bincount(context)
    known = known[known > 0]  # the last one may stand nowhere else
    lower = max(plug_in(whole) - plug_in(known), 0.0)
    return EntropyEstimate(n, lower, miller_madow(whole) - miller_madow(known), n / len(known))


def curve(
    ids: NDArray[np.integer[Any]], before: int, shares: Sequence[float] = (0.125, 0.25, 0.5, 1)
) -> list[EntropyEstimate]:
    """The same from the first part of the sequence, for growing parts: the bias made visible."""
    return [conditional(ids[: int(len(ids) * share)], before) for share in shares]
