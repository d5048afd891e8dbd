"""Texts end to end, for what is looked for in many of them at once and for engines that take one buffer.

Each walk over thousands of strings takes a millisecond, since they lie scattered in memory, and the fastest engine
takes twenty: so they are joined once, and whatever is asked of them is asked of the whole. They are joined piece by
piece: what a piece becomes stays in the processor's cache, and a piece without rare letters takes fewer bytes.
"""

from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

END = "\0"  # behind each text; a text that holds one is strange
ORDINARY, SPACE, STRANGE, ENDING = range(4)  # what a character is
_PIECE = 2**17  # characters of a piece
_AT_ONCE = 2**15  # that are looked up at a time: numpy copies them into eight times as many bytes


@dataclass(frozen=True, eq=False)
class Piece:
    """Some texts end to end.

    Args:
        texts: one by one.
        joined: all of them, `END` behind each.
        lengths: characters of each, int64 (N,).
    """

    texts: Sequence[str]
    joined: str
    lengths: NDArray[np.int64]

    @classmethod
    def of(cls, texts: Sequence[str], lengths: NDArray[np.int64] | None = None) -> "Piece":
        """These texts.

        Args:
            lengths: characters of each, if they are known.

        >>> Piece.of(["ab", "", "c"])
        Piece(texts=['ab', '', 'c'], joined='ab\\x00\\x00c\\x00', lengths=array([2, 0, 1]))
        """
        return cls(texts, END.join([*texts, ""]), lengths_of(texts) if lengths is None else lengths)

    @property
    def ends(self) -> NDArray[np.int64]:
        """Where the `END` of each text is, int64 (N,)."""
        ends: NDArray[np.int64] = np.cumsum(self.lengths + 1) - 1
        return ends

    def having(self, character: str) -> list[int]:
        """Which texts have a character other than `END`, in order.

        >>> Piece.of(["ab", "", "bb", "c", "ab"]).having("b")
        [0, 2, 4]
        """
        rows: list[int] = []
        place = self.joined.find(character)
        ends: list[int] = self.ends.tolist() if place >= 0 else []
        while place >= 0:
            rows.append(bisect_right(ends, place))
            place = self.joined.find(character, ends[rows[-1]])
        return rows

    def unusual(self, kinds: NDArray[np.uint8]) -> tuple[list[int], list[int]]:
        """(which texts hold a strange character, which hold nothing but white space), in order.

        Args:
            kinds: what each character is, (0x110000,); `END` alone is `ENDING`.

        >>> kinds = np.zeros(0x110000, np.uint8)
        >>> kinds[[ord(" "), ord("?"), 0]] = SPACE, STRANGE, ENDING
        >>> Piece.of(["a b", "", " ", "why?", "\\0"]).unusual(kinds)
        ([3, 4], [1, 2])
        """
        found, ends = _kinds(self.joined, kinds), self.ends
        strange = np.searchsorted(ends, np.flatnonzero(found == STRANGE)).tolist()
        if np.count_nonzero(found == ENDING) > len(self.texts):
            strange += [n for n, text in enumerate(self.texts) if END in text]
        led = np.flatnonzero(found[ends - self.lengths] != ORDINARY).tolist()
        return sorted(set(strange)), [n for n in led if not self.texts[n].strip()]

    def without(self, rows: Sequence[int]) -> "Piece":
        """The texts, those of some rows empty.

        >>> Piece.of(["ab", "c", "d"]).without([0, 2]).joined
        '\\x00c\\x00\\x00'
        """
        texts = list(self.texts)
        for n in rows:
            texts[n] = ""
        return Piece.of(texts) if rows else self


Finder = Callable[[Piece], list[int]]


@dataclass(frozen=True, eq=False)
class EndToEnd(Sequence[str]):
    """Texts for one call of an engine.

    Args:
        texts: one by one; those that the engine is not to see are empty.
        joined: the texts of one piece after another, `END` behind each text.
        lengths: characters of each, int64 (N,).
        apart: which of them the engine is not to see, in order.
    """

    texts: Sequence[str]
    joined: Sequence[str]
    lengths: NDArray[np.int64]
    apart: Sequence[int]

    @classmethod
    def of(
        cls, texts: Sequence[str], lengths: NDArray[np.int64], kinds: NDArray[np.uint8], spelled: Finder
    ) -> "EndToEnd":
        """These texts but those of white space, those with a strange character, and those that `spelled` finds.

        Args:
            lengths: characters of each, int64 (N,).
            kinds: what each character is, (0x110000,); `END` alone is `ENDING`.

        >>> kinds = np.zeros(0x110000, np.uint8)
        >>> kinds[[ord(" "), ord("?"), 0]] = SPACE, STRANGE, ENDING
        >>> found = EndToEnd.of(["a b", "", "why?", "c"], np.array([3, 0, 4, 1]), kinds, lambda piece: [])
        >>> found.texts, found.joined, found.lengths, found.apart
        (['a b', '', '', 'c'], ['a b\\x00\\x00\\x00c\\x00'], array([3, 0, 0, 1]), [1, 2])
        """
        kept: list[Piece] = []
        apart: list[int] = []
        for start, stop in runs(lengths, _PIECE):
            piece = Piece.of(texts[start:stop], lengths[start:stop])
            strange, blank = piece.unusual(kinds)
            rows = sorted({*strange, *blank, *spelled(piece)})
            kept.append(piece.without(rows))
            apart += [start + n for n in rows]
        if apart:
            texts, lengths = list(texts), lengths.copy()
            lengths[apart] = 0
            for n in apart:
                texts[n] = ""
        return cls(texts, [piece.joined for piece in kept], lengths, apart)

    def __len__(self) -> int:
        return len(self.texts)

    def __getitem__(self, n):  # type: ignore[no-untyped-def]
        return self.texts[n]

    def __iter__(self) -> Iterator[str]:
        return iter(self.texts)


def lengths_of(texts: Sequence[str]) -> NDArray[np.int64]:
    """Characters of each text, int64 (N,)."""
    return np.fromiter(map(len, texts), np.int64, len(texts))


def runs(lengths: NDArray[np.int64], most: int) -> list[tuple[int, int]]:
    """Runs of texts, as (start, stop): those that begin within so many characters.

    >>> lengths = np.array([2, 1, 2])
    >>> runs(lengths, 3), runs(lengths, 5), runs(lengths[:0], 5)
    ([(0, 2), (2, 3)], [(0, 3)], [])
    """
    begins = (np.cumsum(lengths) - lengths) // most
    edges = np.flatnonzero(np.diff(begins, prepend=-1)).tolist()
    return list(pairwise([*edges, len(lengths)]))


def _kinds(joined: str, kinds: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """What each character of a text is, (characters,)."""
    found = np.empty(len(joined), np.uint8)
    codes = np.frombuffer(joined.encode("utf-16-le", "surrogatepass"), "<u2")
    if len(codes) > len(joined):  # some lie beyond the basic plane
        codes = np.frombuffer(joined.encode("utf-32-le", "surrogatepass"), "<u4")
    for start in range(0, len(codes), _AT_ONCE):
        some = codes[start : start + _AT_ONCE]
        kinds.take(some, out=found[start : start + len(some)], mode="clip")  # quicker than indexing
    return found
