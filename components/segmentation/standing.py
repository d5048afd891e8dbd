"""How a tokenizer's tokens compare with the fewest that say the whole text."""

from collections.abc import Mapping, Sequence
from math import isnan, nan

from core.common.definitions import Definition
from core.metrics.base import Value

OF_THE_FEWEST = Definition(
    "of_the_fewest",
    "Of the fewest",
    "times the fewest tokens",
    "lower",
    "Tokens, divided by those of the tokenizer that needs the fewest and loses nothing of the text. A lossy one is not "
    "compared: it says less.",
)


def fewest_lossless(found: Sequence[Mapping[str, Value]]) -> int:
    """The fewest tokens with which a tokenizer says the whole text; 0 if none does."""
    return min((int(numbers["n_tokens"].number) for numbers in found if numbers["lossless"].number), default=0)


def times_the_fewest(numbers: Mapping[str, Value], fewest: int) -> float:
    """A tokenizer's tokens / the fewest; NaN for a lossy one, which says less of the text.

    >>> times_the_fewest({"n_tokens": Value(9), "lossless": Value(1)}, 5)
    1.8
    >>> times_the_fewest({"n_tokens": Value(3), "lossless": Value(0, "2 spaces dropped")}, 5)
    nan
    """
    return numbers["n_tokens"].number / fewest if fewest and numbers["lossless"].number else nan


def standing(times: float, decimals: int = 1) -> str:
    """How a tokenizer's tokens compare with the fewest, in a word; nothing for one that is not compared.

    Args:
        decimals: more where fewer would write ×1.0 for one that is not the fewest.

    >>> [standing(times) for times in (1.0, 1.84, 1.011, 1.003, float("nan"))]
    ['fewest', '×1.8', '×1.01', '×1.003', '']
    >>> [standing(times, 2) for times in (1.0, 1.84, 1.003)]
    ['fewest', '×1.84', '×1.003']
    """
    if isnan(times):
        return ""
    if times == 1:
        return "fewest"
    digits = next(n for n in range(decimals, 17) if round(times, n) > 1)  # ×1.00 would say that it is the fewest too
    return f"×{times:.{digits}f}"
