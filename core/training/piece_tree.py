"""Pieces as a tree of characters in one array, in which all places of a text are looked up together."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

NONE = -1  # no piece
_FIRST_ROOM = 1024  # nodes
Numbers = NDArray[np.int64]


class PieceTree:
    """Pieces by number.

    A node is a row: by character where the row of the next node begins, and in its last place one more than the piece
    that ends there; 0 for nothing, so that the system gives no memory for what is not written. The first row stands for
    no node, the second is the root.

    Args:
        singles: characters that pieces are made of.
        longest: characters of a piece.
    """

    def __init__(self, singles: Sequence[str], longest: int) -> None:
        self._codes = {single: n for n, single in enumerate(singles)}
        self._of_character = np.full(max(map(ord, singles), default=0) + 2, len(singles), np.int64)
        self._of_character[[ord(single) for single in singles]] = np.arange(len(singles))
        self._longest, self._width, self._end = longest, len(singles) + 2, 2 * (len(singles) + 2)
        self._rows = np.zeros(_FIRST_ROOM * self._width, np.int32)

    def add(self, piece: str, number: int) -> None:
        """Let a piece stand there."""
        row = self._row(piece)  # for which the array may grow
        self._rows[row + self._width - 1] = number + 1

    def remove(self, piece: str) -> None:
        """Let none stand there."""
        self._rows[self._row(piece) + self._width - 1] = 0

    def _row(self, piece: str) -> int:
        row = self._width
        for character in piece:
            place = row + self._codes[character]
            if not (behind := int(self._rows[place])):
                behind = self._new_row()
                self._rows[place] = behind
            row = behind
        return row

    def _new_row(self) -> int:
        if self._end == len(self._rows):
            rows = np.zeros(2 * len(self._rows), np.int32)
            rows[: len(self._rows)] = self._rows
            self._rows = rows
        self._end += self._width
        return self._end - self._width

    def codes(self, text: str) -> Numbers:
        """A text as it is looked up, with what a piece may look at behind its end; what is no single is in no piece."""
        characters = np.frombuffer(text.encode("utf-32-le"), np.uint32)
        codes = self._of_character[np.minimum(characters, len(self._of_character) - 1)]
        return np.concatenate((codes, np.full(self._longest, len(self._codes), np.int64)))

    def two_longest(self, codes: Numbers) -> tuple[Numbers, Numbers]:
        """(the longest piece at each place of a text, the next shorter one), `NONE` where there is none.

        >>> tree = PieceTree("ab", 4)
        >>> for number, piece in enumerate(["a", "b", "ab", "abab"]):
        ...     tree.add(piece, number)
        >>> [found.tolist() for found in tree.two_longest(tree.codes("ababb-"))]
        [[3, 1, 2, 1, 1, -1], [2, -1, 0, -1, -1, -1]]
        """
        n, table, last = len(codes) - self._longest, self._rows, self._width - 1
        found, shorter = np.full(n, NONE, np.int64), np.full(n, NONE, np.int64)
        places, rows = np.arange(n), np.full(n, self._width)
        for depth in range(self._longest):
            rows = table.take(rows + codes.take(places + depth))
            there = rows.nonzero()[0]
            if not len(there):
                break
            rows, places = rows.take(there), places.take(there)
            pieces = table.take(rows + last)
            ends = pieces.nonzero()[0]
            where = places.take(ends)
            shorter[where], found[where] = found.take(where), pieces.take(ends) - 1
        return found, shorter
