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


def gini(costs: Floats) -> float:
    """Mean difference between two languages / twice the mean: 0 if all cost the same, at most 1 - 1/L.

    >>> gini(np.array([1.0, 1.0])), gini(np.array([1.0, 3.0]))
    (0.0, 0.25)
    """
    ordered = known(costs)
    n = len(ordered)
    weights = 2 * np.arange(1, n + 1) - n - 1
    return float((weights * ordered).sum() / (n * ordered.sum()))


def worst_decile(costs: Floats) -> float:
    """Mean cost of the dearest tenth of languages, at least one / mean cost of all.

    >>> worst_decile(np.array([1.0, 1.0, 4.0]))
    2.0
    """
    ordered = known(costs)
    return float(ordered[-max(1, len(ordered) // 10) :].mean() / ordered.mean())
