"""A share of items with Wilson's interval."""

from math import nan, sqrt

from core.stats.number import Number

_Z = 1.959963984540054  # of a normal distribution, 95 % within


def share_with_interval(n_right: int, n: int) -> Number:
    """Share of items, with Wilson's 95 % interval, which stays within 0 and 1 and is wide for few items.

    Source: Wilson 1927, Probable inference, the law of succession, and statistical inference.

    >>> found = share_with_interval(9, 10)
    >>> found.value, round(found.low, 3), round(found.high, 3)
    (0.9, 0.596, 0.982)
    """
    if not n:
        return Number(nan, reason="There are no items.")
    share, weight = n_right / n, _Z**2 / n
    middle = (share + weight / 2) / (1 + weight)
    reach = _Z * sqrt(share * (1 - share) / n + weight / (4 * n)) / (1 + weight)
    return Number(share, max(0.0, middle - reach), min(1.0, middle + reach))
