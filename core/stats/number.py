"""A number as results have it: with its interval, or with the reason why there is none."""

from dataclasses import dataclass
from math import nan


@dataclass(frozen=True)
class Number:
    """A number with its interval, or the reason why there is none.

    Args:
        value: NaN if undefined.
        low, high: 95 % interval; NaN where there is none.
        reason: why the value is undefined, or why it has no interval; empty if it needs no remark.
    """

    value: float
    low: float = nan
    high: float = nan
    reason: str = ""
