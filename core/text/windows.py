"""A long text as windows small enough to draw."""

from bisect import bisect_right
from itertools import pairwise

WINDOW_CHARACTERS = 3_000


def windows(text: str, size: int = WINDOW_CHARACTERS) -> list[tuple[int, int]]:
    """Character spans that cover the text, each `size` to 1.25 × `size` long,
    ending at a line end or a space where there is one.

    >>> windows("one two three four", size=8)
    [(0, 8), (8, 18)]
    """
    edges = [0]
    while len(text) - edges[-1] > size + size // 4:
        target = edges[-1] + size
        stop = target + size // 4
        line, space = text.find("\n", target - 1, stop), text.find(" ", target - 1, stop)
        edges.append((line if line >= 0 else space if space >= 0 else target - 1) + 1)
    return list(pairwise([*edges, len(text)])) if text else [(0, 0)]


def window_at(spans: list[tuple[int, int]], character: int) -> int:
    """Index of the window that holds a character.

    >>> window_at([(0, 8), (8, 18)], 8)
    1
    """
    return max(0, bisect_right([start for start, _ in spans], character) - 1)
