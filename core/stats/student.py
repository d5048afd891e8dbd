"""Student's t distribution: tail probabilities and quantiles, without another library."""

import math
from functools import cache

_SMALL = 1e-300
_STEPS = 300


def two_sided(t: float, degrees: float) -> float:
    """Probability that |T| is at least |t|, T with this many degrees of freedom.

    Source: Abramowitz and Stegun 1964, 26.5.27, by the continued fraction of the incomplete beta function (26.5.8).

    >>> round(two_sided(2.0, 10), 6), two_sided(0.0, 5)
    (0.073388, 1.0)
    """
    if math.isinf(t):
        return 0.0
    return _incomplete_beta(degrees / 2, 0.5, degrees / (degrees + t * t))


@cache
def quantile(share: float, degrees: float) -> float:
    """The t that |T| exceeds with probability 1 - `share`.

    >>> round(quantile(0.95, 10), 4), round(quantile(0.95, 1e6), 3)
    (2.2281, 1.96)
    """
    low, high = 0.0, 2.0
    while two_sided(high, degrees) > 1 - share:
        high *= 2
    for _ in range(100):
        middle = (low + high) / 2
        low, high = (middle, high) if two_sided(middle, degrees) > 1 - share else (low, middle)
    return (low + high) / 2


def _incomplete_beta(a: float, b: float, x: float) -> float:
    """Regularised incomplete beta function I_x(a, b)."""
    if x <= 0.0 or x >= 1.0:
        return 0.0 if x <= 0.0 else 1.0
    if x > (a + 1) / (a + b + 2):  # the fraction converges fast only below this
        return 1.0 - _incomplete_beta(b, a, 1.0 - x)
    front = math.exp(math.lgamma(a + b) - math.lgamma(a) - math.lgamma(b) + a * math.log(x) + b * math.log1p(-x))
    return front / (a * _fraction(a, b, x))


def _fraction(a: float, b: float, x: float) -> float:
    """1 + d1/(1 + d2/(1 + …)), evaluated forwards by Lentz's method."""
    value, c, d = 1.0, 1.0, 0.0
    for step in range(1, _STEPS):
        m = step // 2
        if step % 2:
            term = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1))
        else:
            term = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m))
        d = 1.0 / _nonzero(1.0 + term * d)
        c = _nonzero(1.0 + term / c)
        value *= c * d
        if abs(c * d - 1.0) < 1e-15:
            break
    return value


def _nonzero(x: float) -> float:
    return x if abs(x) > _SMALL else _SMALL
