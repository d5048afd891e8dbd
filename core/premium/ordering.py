"""Which languages a chart shows, in which order, and the groups they stand in."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.text.languages import Language, language, script_of

SORTS = ("Premium", "Script", "Family", "Region", "Speakers", "Resources", "Name")
GROUPS: dict[str, Callable[[Language], str]] = {
    "Script": script_of,
    "Family": lambda one: one.family or "Unknown",
    "Region": lambda one: one.subregion or "No region",
    "Resources": lambda one: "Unknown" if one.resource_class is None else f"Class {one.resource_class}",
}


@dataclass(frozen=True)
class LanguageGroup:
    """Languages that stand side by side: places `start` up to, not including, `end`."""

    name: str
    start: int
    end: int


def mean_premium(values: NDArray[np.float64]) -> NDArray[np.float64]:
    """Geometric mean over tokenizers (K, L) that have a value, per language (L,); NaN where none has.

    >>> mean_premium(np.array([[1.0, np.nan], [4.0, np.nan]])).tolist()
    [2.0, nan]
    """
    known = ~np.isnan(values)
    sums = np.log(np.where(known, values, 1.0)).sum(0)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean: NDArray[np.float64] = np.exp(sums / known.sum(0))
    return mean


def order(codes: Sequence[str], places: Sequence[int], cost: NDArray[np.float64], sort: str) -> tuple[int, ...]:
    """The places, sorted; within a group and by default the dearest first, those without a number last.

    Groups go by their median, the dearest first, but resource classes from 0 to 5: they have an order of their own.

    >>> order(["eng_Latn", "mya_Mymr", "tam_Taml"], [0, 1, 2], np.array([1.0, 9.0, 5.0]), "Premium")
    (1, 2, 0)
    """

    def dear(n: int) -> tuple[float, str]:
        return (np.inf if np.isnan(cost[n]) else -float(cost[n]), codes[n])

    if sort in GROUPS:
        members: dict[str, list[float]] = {}
        for n in places:
            members.setdefault(GROUPS[sort](language(codes[n])), []).append(dear(n)[0])
        rank = {name: group_rank(sort, name, float(np.median(costs))) for name, costs in members.items()}
        return tuple(sorted(places, key=lambda n: (rank[GROUPS[sort](language(codes[n]))], dear(n))))
    if sort == "Speakers":
        return tuple(sorted(places, key=lambda n: (-(language(codes[n]).speakers or 0), dear(n))))
    if sort == "Name":
        return tuple(sorted(places, key=lambda n: language(codes[n]).label))
    return tuple(sorted(places, key=dear))


def group_rank(by: str, name: str, dear: float) -> tuple[float, str]:
    """What groups are sorted by: resource classes by number, the unknown last; others by cost, then by name.

    >>> sorted(["Unknown", "Class 5", "Class 0"], key=lambda name: group_rank("Resources", name, 1.0))
    ['Class 0', 'Class 5', 'Unknown']
    """
    return (0.0 if by == "Resources" else dear, name)


def grouped(codes: Sequence[str], sort: str) -> tuple[LanguageGroup, ...]:
    """The groups of languages that are already sorted; none unless the sort makes groups.

    >>> grouped(["eng_Latn", "deu_Latn", "tam_Taml"], "Script")
    (LanguageGroup(name='Latin', start=0, end=2), LanguageGroup(name='Tamil', start=2, end=3))
    """
    if sort not in GROUPS:
        return ()
    found: list[LanguageGroup] = []
    for n, code in enumerate(codes):
        name = GROUPS[sort](language(code))
        if found and found[-1].name == name:
            found[-1] = LanguageGroup(name, found[-1].start, n + 1)
        else:
            found.append(LanguageGroup(name, n, n + 1))
    return tuple(found)
