"""Where the names of columns stand at the foot of a chart: each at its column, none over another, on a phone too."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

FONT = 10  # px
_LETTER, _LINE = 5.6, 14  # px that a letter and a line of that size take
_PHONE = 290  # px across a chart in a window of 390


@dataclass(frozen=True)
class Name:
    """A name at the foot.

    Args:
        at: of the chart's width, where its column is.
        text: the name.
        right: px that it is moved to the right, so as to stay inside.
        up: px above the foot, where others stand below.
    """

    at: float
    text: str
    right: float
    up: int


def placed(columns: Mapping[str, float]) -> list[Name]:
    """The names of columns, each at a share of the width from 0 to 1; the nearer the foot, the further to the left.

    >>> names = placed({"Arabic (Arabic)": 0.7, "English": 0.1, "code": 0.11, "Thai": 0.76, "Hindi": 0.84})
    >>> [(name.text, name.up) for name in names]
    [('English', 0), ('code', 14), ('Arabic', 0), ('Thai', 14), ('Hindi', 0)]
    """
    ends: list[float] = []  # px across where each line is free from
    found = []
    for text, at in sorted(_short(columns).items(), key=lambda column: column[1]):
        half = (_LETTER * len(text) + 8) / 2
        middle = min(max(at * _PHONE, half), _PHONE - half)
        line = next((n for n, end in enumerate(ends) if end <= middle - half), len(ends))
        ends[line : line + 1] = [middle + half]
        found.append(Name(at, text, middle - at * _PHONE, line * _LINE))
    return found


def _short(columns: Mapping[str, float]) -> dict[str, float]:
    """Names without what stands in brackets, where they still differ.

    >>> list(_short({"Arabic (Arabic)": 0, "Chinese (Simplified)": 0, "Chinese (Traditional)": 0}))
    ['Arabic', 'Chinese (Simplified)', 'Chinese (Traditional)']
    """
    heads = Counter(name.partition(" (")[0] for name in columns)
    return {head if heads[head := name.partition(" (")[0]] == 1 else name: at for name, at in columns.items()}
