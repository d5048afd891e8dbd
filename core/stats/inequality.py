"""How unevenly a tokenizer treats languages: Lorenz curve and the numbers read off it.

Each language counts once, whatever number of people speak it.

Sources: Gini 1912; Lorenz 1905; as used for tokenizers by Limisiewicz et al. 2023 and TokEval (Meister).
"""

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def known(costs: Floats) -> Floats:
    """The costs that are known, ascending."""
    return np.sort(costs[~np.isnan(costs)])


def lorenz(costs: Floats) -> tuple[Floats, Floats]:
    """Shares of languages, cheapest first, and the share of all tokens that they take, both from 0 to 1, (L + 1,).

    >>> shares, tokens = lorenz(np.array([1.0, 3.0]))
    >>> shares.tolist(), tokens.tolist()
    ([0.0, 0.5, 1.0], [0.0, 0.25, 1.0])
    """
    ordered = known(costs)
    n = len(ordered)
    return np.linspace(0, 1, n + 1), np.concatenate([[0.0], np.cumsum(ordered) / ordered.sum()])


def gini(costs: Floats) -> Floats:
    """Mean difference between two languages / twice the mean: 0 if all cost the same, at most 1 - 1/L.

    Args:
        costs: all known, (…, L); one number for each of the leading axes.

    >>> gini(np.array([[1.0, 1.0], [1.0, 3.0]])).tolist()
    [0.0, 0.25]
    """
    n = costs.shape[-1]
    weights = 2.0 * np.arange(1, n + 1) - n - 1
    return np.asarray(np.sort(costs) @ weights / (n * costs.sum(-1)))


def worst_decile(costs: Floats) -> Floats:
    """Mean cost of the dearest tenth of languages, at least one / mean cost of all; for (…, L) as for `gini`.

    >>> float(worst_decile(np.array([1.0, 1.0, 4.0])))
    2.0
    """
    n = max(1, costs.shape[-1] // 10)
    return np.asarray(np.partition(costs, -n)[..., -n:].mean(-1) / costs.mean(-1))


def coefficient_of_variation(costs: Floats) -> Floats:
    """Standard deviation (with L - 1) / mean, for (…, L) as for `gini`.

    >>> float(coefficient_of_variation(np.array([1.0, 3.0])).round(4))
    0.7071
    """
    return np.asarray(costs.std(-1, ddof=1) / costs.mean(-1))


def max_min(costs: Floats) -> Floats:
    """The dearest / the cheapest, for (…, L) as for `gini`.

    >>> float(max_min(np.array([2.0, 3.0])))
    1.5
    """
    return np.asarray(costs.max(-1) / costs.min(-1))
