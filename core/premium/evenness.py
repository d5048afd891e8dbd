"""How evenly a tokenizer treats the languages of a text: numbers of all their premiums, with intervals.

Languages are those of the text, so what chance can do to such a number is what it does to the premiums: it follows from
the same resampled sentences, or groups of them.
"""

from collections.abc import Callable, Mapping, Sequence

import numpy as np

from core.counting.table import CountTable
from core.metrics.base import Value
from core.premium.premium import Floats, Per, drawn_premiums, premiums, resample
from core.stats.bootstrap import percentiles
from core.stats.inequality import gini, max_min, worst_decile

Statistic = Callable[[Floats], Floats]  # premiums (…, L) to numbers (…)
EVENNESS: Mapping[str, Statistic] = {"Gini": gini, "Worst 10 %": worst_decile, "Max / min": max_min}


def evenness(table: CountTable, row: int, codes: Sequence[str], base: str, per: Per = "line") -> dict[str, Value]:
    """The numbers of `EVENNESS` for a tokenizer on some languages, with 95 % intervals.

    Languages without a premium are left out.

    Args:
        codes: of two languages or more with a premium.

    >>> from core.premium.atlas import shipped_atlas
    >>> found = evenness(shipped_atlas(["gpt-2"]), 0, ["eng_Latn", "tha_Thai", "deu_Latn"], "eng_Latn")["Max / min"]
    >>> found.low < found.number < found.high
    True
    """
    value, drawn = with_draws(table, row, codes, base, per)
    known = np.flatnonzero(~np.isnan(value))
    return {
        name: number(value[known], None if drawn is None else drawn[:, known], one) for name, one in EVENNESS.items()
    }


def median(costs: Floats) -> Floats:
    """The median of the last axis, (…, L) to (…)."""
    return np.asarray(np.median(costs, axis=-1))


def with_draws(table: CountTable, row: int, codes: Sequence[str], base: str, per: Per) -> tuple[Floats, Floats | None]:
    """Premiums of a tokenizer on some languages, (L,), and on every draw, (draws, L); None for too few to draw."""
    one = table.select([row], list(dict.fromkeys([*codes, base])))
    drawn = drawn_premiums(resample(one), base, per)
    value = premiums(one, base, per).value[0, : len(codes)]
    return value, None if drawn is None else np.ascontiguousarray(drawn[0, : len(codes)].T, np.float64)


def number(value: Floats, drawn: Floats | None, statistic: Statistic) -> Value:
    """A number of premiums, (L,), and its interval from those of every draw, (draws, L).

    >>> number(np.array([1.0, 3.0]), None, max_min)
    Value(number=3.0, reason='', low=nan, high=nan)
    """
    if drawn is None:
        return Value(float(statistic(value)))
    low, high = percentiles(statistic(drawn))
    return Value(float(statistic(value)), "", float(low), float(high))
