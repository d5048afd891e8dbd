"""Cuts a text for scoring: windows that hold the same bytes for every tokenizer.

A window of so many tokens would give the more compact tokenizer the longer view. So windows end at the same bytes
whatever the tokenizer, and look back on the same number of bytes, as far as tokens do not straddle those edges.
"""

from dataclasses import dataclass

import numpy as np

from core.tokenizers.segmentation import Ints


@dataclass(frozen=True)
class Window:
    """Tokens [first, last) of a text are read, those from `scored` on are scored; they were in no window before."""

    first: int
    scored: int
    last: int

    def __len__(self) -> int:
        return self.last - self.first


def windows(starts: Ints, ends: Ints, window_bytes: int, stride_bytes: int) -> list[Window]:
    """Windows over the tokens of one text, each token scored in exactly one.

    The first scores all of its `window_bytes`; each later one ends `stride_bytes` further on and scores what is new.
    A token that straddles the end of a window is scored in the next.

    Args:
        starts, ends: byte span of each token, ordered, int32 (T,).

    >>> edges = np.arange(7, dtype=np.int32)
    >>> windows(edges[:-1], edges[1:], window_bytes=4, stride_bytes=2)
    [Window(first=0, scored=0, last=4), Window(first=2, scored=4, last=6)]
    """
    assert 0 < stride_bytes <= window_bytes, "a stride beyond the window would leave tokens out"
    found: list[Window] = []
    scored, n_bytes, stop = 0, int(ends[-1]) if len(ends) else 0, window_bytes
    while scored < len(ends):
        stop = min(stop, n_bytes)
        last = int(np.searchsorted(ends, stop, "right"))
        if last > scored:  # a stride may end inside the token that the last one ended in
            first = int(np.searchsorted(starts, max(0, stop - window_bytes), "left"))
            found.append(Window(min(first, scored), scored, last))
        scored, stop = last, stop + stride_bytes
    return found
