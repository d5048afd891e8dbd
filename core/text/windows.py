"""A long text as windows small enough to draw."""

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
