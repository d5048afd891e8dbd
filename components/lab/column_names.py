"""Where words of columns stand, names at the foot of a chart and what lies beyond its axis: none over another.

On a phone too.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

FONT = 10  # px
_LETTER, _LINE = 5.6, 14  # px that a letter and a line of that size take
_BOX = 17  # px that a line takes with its ground
_PHONE = 290  # px across a chart in a window of 390
_MARK = 7  # px from the middle of a mark to its edge


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
    names = sorted(_short(columns).items(), key=lambda column: column[1])
    halves = [(_LETTER * len(text) + 8) / 2 for text, _ in names]
    middles = [min(max(at * _PHONE, half), _PHONE - half) for (_, at), half in zip(names, halves, strict=True)]
    lines = _lines([(middle - half, middle + half) for middle, half in zip(middles, halves, strict=True)])
    return [
        Name(at, text, middle - at * _PHONE, line * _LINE)
        for (text, at), middle, line in zip(names, middles, lines, strict=True)
    ]


def height_at_left(names: Sequence[Name], letters: int) -> float:
    """px above the foot from which words of so many letters at the left edge stand over none of the names.

    >>> names = placed({"English": 0.1, "code": 0.11, "Arabic": 0.7, "Thai": 0.71, "Hindi": 0.72})
    >>> height_at_left(names, 12), height_at_left([], 12)
    (31, 0)
    """
    end = _LETTER * letters + 8
    under = [one for one in names if one.at * _PHONE + one.right - (_LETTER * len(one.text) + 8) / 2 < end]
    return max((one.up + _BOX for one in under), default=0)


@dataclass(frozen=True)
class Beyond:
    """Where a mark with words beside it stands, of those that lie beyond an axis.

    Args:
        row: counted from the axis.
        left: whether its words stand to the left of it, as there is no room to the right.
    """

    row: int
    left: bool


def rows_beyond(marks: Sequence[tuple[float, str]]) -> list[Beyond]:
    """Of marks with words, each at a share of the width, given from left to right, those of a column by their height.

    >>> [(one.row, one.left) for one in rows_beyond([(0.2, "2.7 ↑"), (0.2, "2.8 ↑"), (0.9, "3.1 ↑"), (0.97, "4.2 ↑")])]
    [(0, False), (1, False), (0, True), (1, True)]
    """
    words = [_LETTER * len(text) + 4 for _, text in marks]
    lefts = [at * _PHONE + _MARK + width > _PHONE for (at, _), width in zip(marks, words, strict=True)]
    stretches = [
        (at * _PHONE - _MARK - (width if left else 0.0), at * _PHONE + _MARK + (0.0 if left else width))
        for (at, _), width, left in zip(marks, words, lefts, strict=True)
    ]
    return [Beyond(row, left) for row, left in zip(_lines(stretches), lefts, strict=True)]


def _lines(stretches: Sequence[tuple[float, float]]) -> list[int]:
    """The first line on which each has room, after those before it.

    >>> _lines([(0, 4), (2, 6), (5, 9), (3, 8)])
    [0, 1, 0, 2]
    """
    ends: list[float] = []  # where each line is free from
    found = []
    for start, end in stretches:
        line = next((n for n, taken in enumerate(ends) if taken <= start), len(ends))
        ends[line : line + 1] = [end]
        found.append(line)
    return found


def _short(columns: Mapping[str, float]) -> dict[str, float]:
    """Names without what stands in brackets, where they still differ.

    >>> list(_short({"Arabic (Arabic)": 0, "Chinese (Simplified)": 0, "Chinese (Traditional)": 0}))
    ['Arabic', 'Chinese (Simplified)', 'Chinese (Traditional)']
    """
    heads = Counter(name.partition(" (")[0] for name in columns)
    return {head if heads[head := name.partition(" (")[0]] == 1 else name: at for name, at in columns.items()}
