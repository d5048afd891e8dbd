"""How many of several are something, as a share with its interval."""

from math import nan, sqrt

from core.stats.number import Number

_REACH = 1.959963984540054  # standard deviations to either side that hold 95 % of a normal distribution


def share(n: int, total: int) -> Number:
    """Share of those that are, with Wilson's interval; undefined of none.

    Source: Wilson 1927, Probable inference, the law of succession, and statistical inference.

    >>> found = share(0, 10)
    >>> found.value, found.low, round(found.high, 4)
    (0.0, 0.0, 0.2775)
    """
    if not total:
        return Number(nan, reason="There are none.")
    p, z = n / total, _REACH**2 / total
    middle, reach = p + z / 2, _REACH * sqrt(p * (1 - p) / total + z / (4 * total))
    low, high = ((middle + sign * reach) / (1 + z) for sign in (-1, 1))
    return Number(p, 0.0 if n == 0 else low, 1.0 if n == total else high)
