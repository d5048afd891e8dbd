"""Where the names of columns stand at the foot of a chart, so that none hides another, on a phone as well."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

FONT = 10  # px
_LETTER, _LINE = 5.6, 14  # px that a letter and a line of that size take
_PHONE = 290  # px across a chart in a window of 390
_CLOSE = 0.06  # of the width: names of columns as near as this stand in one stack


@dataclass(frozen=True)
class Name:
    """One stack of names.

    Args:
        at: of the chart's width.
        lines: the names, from the top.
        right: px that it is moved to the right, so as to stay inside.
        up: px above the foot, where another stack stands below.
    """

    at: float
    lines: tuple[str, ...]
    right: float
    up: int


def placed(columns: Mapping[str, float]) -> list[Name]:
    """The names of columns, each at a share of the width from 0 to 1.

    >>> names = placed({"English": 0.1, "Arabic (Arabic)": 0.7, "Thai": 0.76, "Hindi": 0.84})
    >>> [(name.lines, name.up) for name in names]
    [(('English',), 0), (('Arabic',), 0), (('Thai',), 14), (('Hindi',), 0)]
    """
    boxes: list[tuple[float, float, int, int]] = []  # left, right, bottom, top, in px
    found = []
    for at, lines in _stacks(_short(columns)):
        half = (_LETTER * max(map(len, lines)) + 8) / 2
        middle = min(max(at * _PHONE, half), _PHONE - half)
        left, right, height = middle - half, middle + half, _LINE * len(lines)
        up = 0
        for *ends, bottom, top in sorted(boxes, key=lambda box: box[2]):
            if ends[0] < right and left < ends[1] and bottom < up + height and up < top:
                up = top
        boxes.append((left, right, up, up + height))
        found.append(Name(at, lines, middle - at * _PHONE, up))
    return found


def _short(columns: Mapping[str, float]) -> dict[str, float]:
    """Names without what stands in brackets, where they still differ.

    >>> list(_short({"Arabic (Arabic)": 0, "Chinese (Simplified)": 0, "Chinese (Traditional)": 0}))
    ['Arabic', 'Chinese (Simplified)', 'Chinese (Traditional)']
    """
    heads = Counter(name.partition(" (")[0] for name in columns)
    return {head if heads[head := name.partition(" (")[0]] == 1 else name: at for name, at in columns.items()}


def _stacks(columns: Mapping[str, float]) -> list[tuple[float, tuple[str, ...]]]:
    """Columns too near to each other for names side by side, together.

    >>> _stacks({"a": 0.0, "b": 1.0, "c": 0.05})
    [(0.025, ('a', 'c')), (1.0, ('b',))]
    """
    groups: list[list[str]] = []
    for name in sorted(columns, key=lambda name: columns[name]):
        if groups and columns[name] - columns[groups[-1][-1]] < _CLOSE:
            groups[-1].append(name)
        else:
            groups.append([name])
    return [(sum(columns[name] for name in group) / len(group), tuple(group)) for group in groups]
