"""Texts end to end, for what is looked for in all of them at once and for engines that take one buffer.

Each walk over thousands of strings takes a millisecond, since they lie scattered in memory, and the fastest engine
takes thirty: so they are joined once, and whatever is asked of them is asked of the whole.
"""

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

END = "\0"  # behind each text; a text that holds one is strange
ORDINARY, SPACE, STRANGE, ENDING = range(4)  # what a character is
_AT_ONCE = 2**15  # characters that are looked up at a time: they and what is found stay in the processor's cache


@dataclass(frozen=True, eq=False)
class EndToEnd(Sequence[str]):
    """Texts end to end.

    Args:
        texts: one by one.
        joined: all of them, `END` behind each.
        lengths: characters of each, int64 (N,).
        strange: which of them hold a strange character, in order; those that hold `END` are empty here.
        blank: which of them hold nothing but white space, in order.
    """

    texts: Sequence[str]
    joined: str
    lengths: NDArray[np.int64]
    strange: Sequence[int] = ()
    blank: Sequence[int] = ()

    @classmethod
    def of(cls, texts: Sequence[str], kinds: NDArray[np.uint8]) -> "EndToEnd":
        """These texts.

        Args:
            kinds: what each character is, (0x110000,); `END` alone is `ENDING`.

        >>> kinds = np.zeros(0x110000, np.uint8)
        >>> kinds[[ord(" "), ord("?"), 0]] = SPACE, STRANGE, ENDING
        >>> found = EndToEnd.of(["a b", "", " ", "why?"], kinds)
        >>> found.lengths, found.strange, found.blank
        (array([3, 0, 1, 4]), [3], [1, 2])
        """
        joined = END.join([*texts, ""])
        found = _kinds(joined, kinds)
        marked = np.flatnonzero(found >= STRANGE)
        is_end = found[marked] == ENDING
        ends = marked[is_end]
        if len(ends) > len(texts):
            return cls._without_ends(texts, kinds)
        lengths = np.diff(ends, prepend=-1) - 1
        strange = np.unique(np.searchsorted(ends, marked[~is_end]))
        led = np.flatnonzero(found[ends - lengths] != ORDINARY)
        return cls(texts, joined, lengths, strange.tolist(), [n for n in led.tolist() if not texts[n].strip()])

    @classmethod
    def _without_ends(cls, texts: Sequence[str], kinds: NDArray[np.uint8]) -> "EndToEnd":
        holding = [n for n, text in enumerate(texts) if END in text]
        found = cls.of(["" if END in text else text for text in texts], kinds)
        return cls(found.texts, found.joined, found.lengths, sorted({*found.strange, *holding}), found.blank)

    def __len__(self) -> int:
        return len(self.texts)

    def __getitem__(self, n):  # type: ignore[no-untyped-def]
        return self.texts[n]

    def __iter__(self) -> Iterator[str]:
        return iter(self.texts)

    def without(self, rows: Sequence[int]) -> "EndToEnd":
        """The texts, those of some rows empty.

        >>> kept = EndToEnd(["ab", "c", "d"], "ab\\0c\\0d\\0", np.array([2, 1, 1])).without([0, 2])
        >>> kept.texts, kept.joined, kept.lengths
        (['', 'c', ''], '\\x00c\\x00\\x00', array([0, 1, 0]))
        """
        if not rows:
            return self
        texts, lengths = list(self.texts), self.lengths.copy()
        lengths[rows] = 0
        for n in rows:
            texts[n] = ""
        return EndToEnd(texts, END.join([*texts, ""]), lengths)

    def part(self, start: int, stop: int) -> "EndToEnd":
        """Some of the texts, one after another.

        >>> EndToEnd(["ab", "c", "d"], "ab\\0c\\0d\\0", np.array([2, 1, 1])).part(1, 3).joined
        'c\\x00d\\x00'
        """
        if start == 0 and stop == len(self):
            return self
        begin = int(self.lengths[:start].sum()) + start
        lengths = self.lengths[start:stop]
        end = begin + int(lengths.sum()) + len(lengths)
        return EndToEnd(self.texts[start:stop], self.joined[begin:end], lengths)

    def having(self, character: str) -> list[int]:
        """Which texts have a character, in order.

        >>> texts = ["ab", "", "bb", "c", "ab"]
        >>> EndToEnd(texts, "ab\\0\\0bb\\0c\\0ab\\0", np.array([2, 0, 2, 1, 2])).having("b")
        [0, 2, 4]
        """
        rows: list[int] = []
        place = self.joined.find(character)
        ends: list[int] = np.cumsum(self.lengths + 1).tolist() if place >= 0 else []
        while place >= 0:
            rows.append(bisect_right(ends, place))
            place = self.joined.find(character, ends[rows[-1]])
        return rows


def _kinds(joined: str, kinds: NDArray[np.uint8]) -> NDArray[np.uint8]:
    """What each character of a text is, (characters,)."""
    found = np.empty(len(joined), np.uint8)
    for start in range(0, len(joined), _AT_ONCE):
        part = joined[start : start + _AT_ONCE]
        codes = np.frombuffer(part.encode("utf-16-le", "surrogatepass"), "<u2")
        if len(codes) > len(part):  # some lie beyond the basic plane
            codes = np.frombuffer(part.encode("utf-32-le", "surrogatepass"), "<u4")
        kinds.take(codes, out=found[start : start + len(part)], mode="clip")  # quicker than indexing
    return found
