"""What the slack of a merge or a pair costs.

Hayase et al. count it in shares of all pairs. Where samples fit the training text badly every merge needs some, and a
category whose pairs are all rare, such as Chinese cut into bytes, then wins share only because it thins out the others:
their counts shrink, and all slack with them. Here slack is relative to the mixture that is found: to the frequency that
a merge of its rank has there, or to the greatest frequency of its pair. What is held at 1 is not the sum of all shares
but how much merged pairs the mixture has, so that nothing is won by thinning them out.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.vocabulary.mixture.history import CountHistory
from core.vocabulary.mixture.pair_counts import Floats

Bools = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Weighing:
    """Costs of slack, and the total that is held at 1.

    Args:
        merges: cost of a unit of each merge's slack, (T,).
        pairs: of each pair's, (P,).
        amounts: what a unit of each category's pairs adds to the total, (C,).
    """

    merges: Floats
    pairs: Floats
    amounts: Floats


def by_count(counts: CountHistory) -> Weighing:
    """The paper's: every unit of slack costs 1, and shares come to 1."""
    n_pairs, n_categories = counts.first.shape
    return Weighing(np.ones(len(counts.merged)), np.ones(n_pairs), np.ones(n_categories))


def by_frequency(counts: CountHistory, shares: Floats) -> Weighing:
    """Slack relative to frequencies in a mixture, as a mean over the merges that it has; by count where it has none.

    A merge that the mixture has more often than its rank asks for adds to the total no more than one that is in place.

    Args:
        shares: of pairs, (C,).
    """
    own = counts.merged @ shares
    here = own > 0
    if not here.any():
        return by_count(counts)
    expected = _expected(own[here], here)
    amounts: Floats = (counts.merged / np.maximum(own, expected)[:, None]).sum(axis=0)
    n = int(here.sum())
    greatest = np.maximum(_greatest(counts, shares), expected.min())
    return Weighing(1 / (expected * n), 1 / (greatest * n), amounts / (amounts @ shares))


def _expected(own: Floats, here: Bools) -> Floats:
    """What a merge of each rank has in a mixture whose merges have these frequencies, (T,).

    It is that of the merge which would have the rank, were they in order, and from the middle on no less than what
    falls with the rank: merges that samples hardly have would cost beyond measure.
    """
    ordered = np.sort(own)[::-1]
    middle = len(own) // 2
    ranks = np.minimum(np.cumsum(here), len(own)).clip(1)
    falling = ordered[middle] * (middle + 1) / ranks
    found: Floats = np.where(ranks > middle, np.maximum(ordered[ranks - 1], falling), ordered[ranks - 1])
    return found


def _greatest(counts: CountHistory, shares: Floats) -> Floats:
    """The most that each pair ever has in a mixture, (P,)."""
    found: Floats = counts.first @ shares
    np.maximum.at(found, counts.pairs, counts.after @ shares)
    return found
