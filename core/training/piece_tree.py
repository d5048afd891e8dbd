"""Pieces as a tree of characters in arrays, in which all places of a text are looked up together."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

NONE = -1  # no piece
_ROOT = 1
_FIRST_ROOM = 1024  # nodes
Numbers = NDArray[np.int64]


class PieceTree:
    """Pieces by number.

    A node is a number, and has the next node by character in its row of one array and, in another that is small enough
    to be at hand, one more than the piece that ends there. 0 is nothing, so that the system gives no memory for what is
    not written; 1 is the root.

    Args:
        singles: characters that pieces are made of.
        longest: characters of a piece.
    """

    def __init__(self, singles: Sequence[str], longest: int) -> None:
        self._codes = {single: n for n, single in enumerate(singles)}
        self._of_character = np.full(max(map(ord, singles), default=0) + 2, len(singles), np.int64)
        self._of_character[[ord(single) for single in singles]] = np.arange(len(singles))
        self._longest, self._width, self._n = longest, len(singles) + 1, _ROOT + 1
        self._behind, self._pieces = np.zeros(_FIRST_ROOM * self._width, np.int32), np.zeros(_FIRST_ROOM, np.int32)

    def add(self, piece: str, number: int) -> None:
        """Let a piece stand there."""
        node = self._node(piece)  # for which the arrays may grow
        self._pieces[node] = number + 1

    def remove(self, piece: str) -> None:
        """Let none stand there."""
        self._pieces[self._node(piece)] = 0

    def _node(self, piece: str) -> int:
        node = _ROOT
        for character in piece:
            place = node * self._width + self._codes[character]
            if not (behind := int(self._behind[place])):
                behind = self._new_node()
                self._behind[place] = behind
            node = behind
        return node

    def _new_node(self) -> int:
        if self._n == len(self._pieces):
            self._behind, self._pieces = _twice(self._behind), _twice(self._pieces)
        self._n += 1
        return self._n - 1

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
        n = len(codes) - self._longest
        found, shorter = np.full(n, NONE, np.int64), np.full(n, NONE, np.int64)
        places, nodes = np.arange(n), np.full(n, _ROOT)
        for depth in range(self._longest):
            nodes = self._behind.take(nodes * self._width + codes.take(places + depth))
            there = nodes.nonzero()[0]
            if not len(there):
                break
            nodes, places = nodes.take(there).astype(np.int64), places.take(there)
            pieces = self._pieces.take(nodes)
            ends = pieces.nonzero()[0]
            where = places.take(ends)
            shorter[where], found[where] = found.take(where), pieces.take(ends) - 1
        return found, shorter


def _twice(numbers: NDArray[np.int32]) -> NDArray[np.int32]:
    longer = np.zeros(2 * len(numbers), np.int32)
    longer[: len(numbers)] = numbers
    return longer
