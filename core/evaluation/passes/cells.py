"""Texts by language and domain, and sums over them with intervals that resample texts within each language."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.evaluation.base import EvalText
from core.stats.bootstrap import DRAWS, MIN_ITEMS, percentiles, resampled_sums
from core.stats.number import Number

Floats = NDArray[np.float64]
Ratio = Callable[[Floats], Floats]  # sums of Q quantities, (Q, …), to the figure, (…)
EVERY = ""


def quotient(above: int, below: int, unit: float = 1.0) -> Ratio:
    """One sum divided by another, and by the size of the unit it is wanted in."""
    return lambda sums: np.asarray(sums[above] / sums[below] / unit)


def minus(one: Ratio, other: Ratio) -> Ratio:
    """The difference of two figures."""
    return lambda sums: np.asarray(one(sums) - other(sums))


def over(one: Ratio, other: Ratio) -> Ratio:
    """One figure divided by another."""
    return lambda sums: np.asarray(one(sums) / other(sums))


@dataclass(frozen=True, eq=False)
class Cell:
    """Texts taken together.

    Args:
        language, domain: what they have in common; `EVERY` where they differ.
        strata: the texts of each language and domain among them, by number.
    """

    language: str
    domain: str
    strata: tuple[NDArray[np.intp], ...]

    @property
    def texts(self) -> NDArray[np.intp]:
        """All of them."""
        return np.concatenate([np.empty(0, np.intp), *self.strata])


def cells(texts: Sequence[EvalText], usable: NDArray[np.bool_]) -> list[Cell]:
    """All usable texts; those of each language; of each domain; of each language and domain, where they differ.

    >>> texts = [EvalText("de", "news", "a"), EvalText("en", "news", "b")]
    >>> [(cell.language, cell.domain) for cell in cells(texts, np.ones(2, bool))]
    [('', ''), ('de', ''), ('en', '')]
    >>> [(cell.language, cell.domain) for cell in cells([*texts, EvalText("", "code", "c")], np.ones(3, bool))][3:]
    [('', 'news'), ('', 'code'), ('de', 'news'), ('en', 'news')]
    """
    languages = list(dict.fromkeys(t.language for t in texts))
    domains = list(dict.fromkeys(t.domain for t in texts))
    kinds: dict[tuple[str, str], list[int]] = {(a, b): [] for a in languages for b in domains}
    for n, text in enumerate(texts):
        if usable[n]:
            kinds[text.language, text.domain].append(n)
    wanted = [(EVERY, EVERY)]
    wanted += [(language, EVERY) for language in languages if language]
    if len(domains) > 1:
        wanted += [(EVERY, domain) for domain in domains if domain]
        wanted += [pair for pair, there in kinds.items() if there and all(pair)] if len(languages) > 1 else []
    return [
        Cell(
            language,
            domain,
            tuple(
                np.array(there, np.intp)
                for (a, b), there in kinds.items()
                if there and language in (EVERY, a) and domain in (EVERY, b)
            ),
        )
        for language, domain in wanted
    ]


def figures(cell: Cell, quantities: Floats, ratios: Sequence[Ratio], seed: int) -> list[Number]:
    """Figures of a cell, with the intervals of paired resampling: all from the same draws.

    Args:
        quantities: of each text, (Q, N).
        ratios: the figures that follow from sums of the quantities.
    """
    n = len(cell.texts)
    if not n:
        why = "No text here can be compared."
        return [Number(np.nan, reason=why)] * len(ratios)
    whole = quantities[:, cell.texts].sum(1)
    short = f"An interval needs at least {MIN_ITEMS} texts, and there are {n}." if n < MIN_ITEMS else ""
    sums = None if short else resampled_sums(quantities, cell.strata, DRAWS, seed)
    found = []
    for ratio in ratios:
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            value = float(ratio(whole))
            drawn = np.full(1, np.nan) if sums is None else np.array(ratio(sums))
            why = "" if np.isfinite(value) else _why(ratio, whole)
        found.append(Number(np.nan, reason=why) if why else _with_interval(value, drawn, short))
    return found


def _with_interval(value: float, drawn: Floats, short: str) -> Number:
    """A figure with the percentiles of its draws, (draws,), or why it has none."""
    if short or not np.isfinite(drawn).all():
        return Number(value, reason=short or "No interval: in some of the draws there is nothing to divide by.")
    low, high = map(float, percentiles(drawn))
    return Number(value, low, high)


def _why(ratio: Ratio, whole: Floats) -> str:
    """Why a figure of these sums, (Q,), is no number."""
    if np.isfinite(ratio(np.where(np.isfinite(whole), whole, 1.0))):
        return (
            "A number of a text here is infinite: a model gives something the probability 0, such as the end of a text "
            "where its tokenizer has no token for that."
        )
    return "Nothing that this is a share or a mean of occurs in these texts."
