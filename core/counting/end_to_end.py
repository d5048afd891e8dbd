"""Texts end to end, for what is looked for in all of them at once.

Each walk over thousands of strings takes a millisecond, since they lie scattered in memory, and the fastest engine
takes thirty: so their lengths are read once, just before they are joined.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True, eq=False)
class EndToEnd:
    """Texts end to end.

    Args:
        texts: one by one.
        joined: all of them.
        lengths: characters of each, int64 (N,).
        blank: which of them hold nothing but white space, in order.
    """

    texts: Sequence[str]
    joined: str
    lengths: NDArray[np.int64]
    blank: list[int]

    @classmethod
    def of(cls, texts: Sequence[str]) -> "EndToEnd":
        """These texts.

        >>> EndToEnd.of(["a b", "", " "]).blank
        [1, 2]
        """
        lengths = np.fromiter(map(len, texts), np.int64, len(texts))
        spaces = np.fromiter(map(str.isspace, texts), np.bool_, len(texts))
        return cls(texts, "".join(texts), lengths, np.flatnonzero(spaces | (lengths == 0)).tolist())

    def having(self, character: str) -> list[int]:
        """Which texts have a character, in order.

        >>> EndToEnd.of(["ab", "", "bb", "c", "ab"]).having("b")
        [0, 2, 4]
        """
        rows: list[int] = []
        place = self.joined.find(character)
        ends: list[int] = np.cumsum(self.lengths).tolist() if place >= 0 else []
        while place >= 0:
            rows.append(bisect_right(ends, place))
            place = self.joined.find(character, ends[rows[-1]])
        return rows

    def holding(self, places: NDArray[np.intp]) -> list[int]:
        """Which texts hold the characters at these places, in order.

        >>> EndToEnd.of(["ab", "", "cd"]).holding(np.array([0, 1, 2]))
        [0, 2]
        """
        rows: list[int] = np.unique(np.searchsorted(np.cumsum(self.lengths), places, side="right")).tolist()
        return rows
