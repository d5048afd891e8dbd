"""Where each byte of a SentencePiece model's normalised text came from, worked out for the whole text at once.

The library tells it too, as a list with a number for every byte, which takes longer than cutting the text. Most
characters become the same whatever stands beside them; only where characters stand together of which a rule joins
several are the rules looked up one by one.

Source: normalizer.cc of SentencePiece: rules match longest first, then spaces are dropped and added.
"""

from collections.abc import Collection

import numpy as np
from numpy.typing import NDArray

from core.tokenizers.backends.spm_charsmap import LONGEST, CharacterMap
from core.tokenizers.backends.spm_proto import SPACE
from core.tokenizers.segmentation import Ints

# What a character does, in bits.
_FIRST, _LATER = 1, 2  # stands first, or later, in a rule for several characters
_OPENS, _CLOSES, _BLANK = 4, 8, 16  # becomes what begins with a space, ends with one, is one
_ODD = 32  # becomes what is not followed here: several spaces in a row, or the sign for a space
_MOST_SYMBOLS = 16


class NormalisedOrigins:
    """The normaliser of a model, as far as it says which character became how many bytes.

    Args:
        charsmap: its character map; None if it changes no character.
        space: what it writes for a space.
        collapse: does it drop spaces at the ends, and behind other spaces?
        prefix: does it put a space in front?
        kept: spellings that it never changes.

    Raises:
        ValueError: the map is not one that can be followed.
    """

    def __init__(
        self, charsmap: CharacterMap | None, space: str, *, collapse: bool, prefix: bool, kept: Collection[str] = ()
    ) -> None:
        self._charsmap, self._collapse, self._prefix = charsmap, collapse, prefix
        self._space, self._n_space = space, len(space.encode())
        self._lengths = np.repeat(np.array([1, 2, 3, 4], np.int32), [0x80, 0x780, 0xF800, 0x100000])
        self._flags = np.zeros(0x110000, np.uint8)
        for key, out in ({" ": " ", SPACE: SPACE} | (charsmap.single() if charsmap else {})).items():
            self._lengths[ord(key)], self._flags[ord(key)] = self._bytes(out), _flags(out)
        for flag, characters in zip((_FIRST, _LATER), charsmap.joined() if charsmap else (), strict=False):
            self._flags[_points("".join(characters))] |= flag
        self._kept = [spelling for spelling in kept if self._changes(spelling)]

    def __call__(self, text: str, data: bytes, n_normal: int) -> Ints | None:
        """Offset in the text of what each normalised byte came from, and where the last ends, int32 (n_normal + 1,).

        Args:
            data: the text in UTF-8.
            n_normal: bytes that the library made of it.

        Returns:
            None where the text has something that is not followed here.
        """
        if len(self._kept) > _MOST_SYMBOLS or any(spelling in text for spelling in self._kept):
            return None
        points = _points(text)
        lengths, flags = self._lengths[points], self._flags[points]
        if not self._join(text, lengths, flags) or np.bitwise_or.reduce(flags, initial=0) & _ODD:
            return None
        if self._collapse:
            self._drop_spaces(lengths, flags)
        found = self._laid_out(np.flatnonzero(_begins(data)).astype(np.int32), len(data), lengths, flags)
        return found if len(found) == n_normal + 1 else None

    def _join(self, text: str, lengths: Ints, flags: NDArray[np.uint8]) -> bool:
        """Give what a rule makes of several characters to the first of them, in place; False for a rule too odd."""
        if self._charsmap is None:
            return True
        links = (flags[:-1] & (_FIRST | _LATER) != 0) & (flags[1:] & _LATER != 0)  # (T - 1,)
        done = 0
        for at in np.flatnonzero(links).tolist():
            found = self._charsmap.longest(text[at : at + LONGEST]) if at >= done else None
            if found and found[0] > 1:
                done = at + found[0]
                lengths[at:done], flags[at:done] = 0, 0
                lengths[at] = self._bytes(found[1])
                if _flags(found[1]):
                    return False
        return True

    def _drop_spaces(self, lengths: Ints, flags: NDArray[np.uint8]) -> None:
        """Take off the space that opens what a character becomes, behind another one and at the front; in place."""
        closed = flags & _CLOSES != 0
        nothing = lengths == 0
        if nothing.any():
            last = np.maximum.accumulate(np.where(nothing, -1, np.arange(len(lengths))))  # character that left a mark
            closed = np.where(last < 0, True, closed[last])
        opened = np.flatnonzero(flags & _OPENS)
        behind = closed[opened - 1] | (opened == 0)
        lengths[opened[behind]] -= self._n_space

    def _laid_out(self, starts: Ints, end: int, lengths: Ints, flags: NDArray[np.uint8]) -> Ints:
        """The offsets, from the bytes that each character became."""
        origins = np.repeat(starts, lengths)
        if self._collapse and _ends_in_space(lengths, flags):
            end = int(origins[-self._n_space])
            origins = origins[: -self._n_space]
        front = [self._front(starts, flags)] * self._n_space if self._prefix else []
        return np.concatenate([front, origins, [end]], dtype=np.int32, casting="unsafe")

    def _front(self, starts: Ints, flags: NDArray[np.uint8]) -> int:
        """Where the space put in front comes from: behind the spaces dropped there."""
        if not self._collapse or not len(flags) or not flags[0] & _BLANK:
            return 0
        return int(starts[np.argmin(flags & _BLANK)])

    def _bytes(self, out: str) -> int:
        return len(out.replace(" ", self._space).encode())

    def _changes(self, spelling: str) -> bool:
        """Would the rules do anything to a spelling?"""
        points = _points(spelling)
        same = self._lengths[points].sum() == len(spelling.encode())
        return not same or bool(self._flags[points].any())


def _ends_in_space(lengths: Ints, flags: NDArray[np.uint8]) -> bool:
    """Does the last character that became anything end in a space?"""
    marked = len(lengths) - int(np.argmax(lengths[::-1] > 0)) if len(lengths) else 0
    return bool(marked and lengths[marked - 1] and flags[marked - 1] & _CLOSES)


def _flags(out: str) -> int:
    """What a replacement says of the character that becomes it."""
    odd = SPACE in out or "  " in out
    return _OPENS * out.startswith(" ") | _CLOSES * out.endswith(" ") | _BLANK * (out == " ") | _ODD * odd


def _points(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le"), "<u4")


def _begins(data: bytes) -> NDArray[np.bool_]:
    """Where a character begins, (len(data),)."""
    begins: NDArray[np.bool_] = np.frombuffer(data, np.uint8) & 0xC0 != 0x80
    return begins
