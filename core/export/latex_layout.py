"""How a table fits a paper: one column or two, which size of letters, what breaks into lines, how many tables it takes.

Widths are those of Computer Modern, which is wider than the Times that most styles use; LaTeX itself narrows what is
still too wide for a page narrower than foreseen.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass

COLUMN, PAGE = 219.0, 455.0  # pt: the narrowest column and page of common styles (ACL)
GAP = 3.0  # pt on either side of a column
_SIZES = {"small": 0.9, "footnotesize": 0.8, "scriptsize": 0.7}
_LINES = {"small": 38, "footnotesize": 45, "scriptsize": 54}  # that stand on a page beside caption and note
_FITS = ((False, "small"), (False, "footnotesize"), (True, "small"), (True, "footnotesize"), (True, "scriptsize"))
_BREAKS = 120.0  # pt: a column of words that is wider may break into lines
_LEAST = 70.0  # pt of such a column
# Widths of cmr10 in pt; letters not named here are taken for digits.
_WIDTHS = {
    **dict.fromkeys("ijl.,:;!'|", 2.78),
    **dict.fromkeys("frst-()", 3.9),
    **dict.fromkeys("[] I", 3.3),
    **dict.fromkeys("mw%", 8.3),
    **dict.fromkeys("ABCDEFGHKLNOPQRSTUVXYZ&+=<>", 7.6),
    **dict.fromkeys("MW", 10.3),
}


@dataclass(frozen=True)
class TableFit:
    """How a table is set.

    Args:
        wide: over both columns of a page.
        size: a size command without its backslash.
        breaking: width in pt of each column that breaks into lines, by place.
        panels: places of the columns of each part, the first column in all of them.
        rows: where each part ends, for every panel.
    """

    wide: bool
    size: str
    breaking: dict[int, float]
    panels: list[list[int]]
    rows: list[tuple[int, int]]


def width(text: str) -> float:
    """Of plain text at 10 pt, in pt.

    >>> width("10"), width("")
    (10.0, 0)
    """
    return sum(_WIDTHS.get(c, 5.0) for c in text)


def layout(texts: Sequence[Sequence[str]], words: Sequence[bool]) -> TableFit:
    """The largest letters and the narrowest place in which a table fits.

    Args:
        texts: the plain texts of each column, its name first.
        words: which columns are words, and so may break into lines.

    >>> layout([["Language", "Thai"], ["GPT-2", "9.05"]], [True, False]).wide
    False
    """
    natural = [max(map(width, column)) for column in texts]
    fits = next((fit for fit in _FITS if _total(natural, _SIZES[fit[1]]) <= _room(fit[0])), None)
    breaking: dict[int, float] = {}
    wide, size = fits or (True, "footnotesize")
    if fits is None:
        breaking = _broken(natural, words, _SIZES[size])
    final = [breaking.get(n, own * _SIZES[size]) for n, own in enumerate(natural)]
    panels = _panels(final, _room(wide))
    return TableFit(wide, size, breaking, panels, _pages(texts, breaking, size))


def _room(wide: bool) -> float:
    return PAGE if wide else COLUMN


def _total(widths: Sequence[float], scale: float = 1.0) -> float:
    return sum(widths) * scale + 2 * GAP * (len(widths) - 1)


def _broken(natural: Sequence[float], words: Sequence[bool], scale: float) -> dict[int, float]:
    """Widths of the columns that break, in which the table fits if that is enough."""
    long = [n for n, own in enumerate(natural) if words[n] and own * scale > _BREAKS]
    others = [own * scale for n, own in enumerate(natural) if n not in long]
    left = PAGE - sum(others) - 2 * GAP * (len(natural) - 1)
    return {n: max(_LEAST, min(natural[n] * scale, left / len(long))) for n in long}


def _panels(widths: Sequence[float], room: float) -> list[list[int]]:
    panels = [[0]]
    for n in range(1, len(widths)):
        if len(panels[-1]) > 1 and _total([widths[k] for k in (*panels[-1], n)]) > room:
            panels.append([0])
        panels[-1].append(n)
    return panels


def _pages(texts: Sequence[Sequence[str]], breaking: dict[int, float], size: str) -> list[tuple[int, int]]:
    """Rows of each part: as many as stand on a page."""
    heights = [
        max((_lines(texts[n][row], own / _SIZES[size]) for n, own in breaking.items()), default=1)
        for row in range(1, len(texts[0]))
    ]
    pages, start, filled = [], 0, 0
    for row, height in enumerate(heights):
        if filled and filled + height > _LINES[size]:
            pages.append((start, row))
            start, filled = row, 0
        filled += height
    return [*pages, (start, len(heights))]


def _lines(text: str, room: float) -> int:
    """Lines that words take at 10 pt, filled greedily."""
    lines, used = 1, 0.0
    for word in re.findall(r"\S+", text):
        own = width(word)
        if used and used + 3.3 + own > room:
            lines, used = lines + 1, 0.0
        used += own + (3.3 if used else 0.0)
    return lines
