"""Where each byte of a SentencePiece model's normalised text came from, worked out for the whole text at once.

The library tells it too, as a list with a number for every byte, which takes longer than cutting the text. Most
characters become the same whatever stands beside them; only where characters stand together of which a rule joins
several are the rules looked up one by one.

Source: normalizer.cc of SentencePiece: rules match longest first, then spaces are dropped and added.
"""

from collections.abc import Collection
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.tokenizers.backends.spm_charsmap import LONGEST, CharacterMap
from core.tokenizers.backends.spm_proto import SPACE
from core.tokenizers.segmentation import Ints

# What a character does, in bits.
_FIRST, _LATER = 1, 2  # stands first, or later, in a rule for several characters
_OPENS, _CLOSES, _BLANK = 4, 8, 16  # becomes what begins with a space, ends with one, is one
_ODD = 32  # becomes what is not followed here: several spaces in a row, or the sign for a space
_KNOWN, _STRANGE = 64, 128  # becomes what holds a character that is a piece by itself, and one that is none
_MOST_SYMBOLS = 16


@dataclass(frozen=True, eq=False)
class Followed:
    """What was worked out of a text.

    Args:
        origins: where in the text each of N normalised bytes came from, and where the last ends, int32 (N + 1,).
        runs: normalised bytes of each longest run of strange characters, in order, int32; None where not told.
    """

    origins: Ints
    runs: Ints | None


class NormalisedOrigins:
    """The normaliser of a model, as far as it says which character became how many bytes.

    Args:
        charsmap: its character map; None if it changes no character.
        space: what it writes for a space.
        collapse: does it drop spaces at the ends, and behind other spaces?
        prefix: does it put a space in front?
        kept: spellings that it never changes.
        strange: which characters are no piece by themselves, (0x110000,); None where that is not asked.

    Raises:
        ValueError: the map is not one that can be followed.
    """

    def __init__(
        self,
        charsmap: CharacterMap | None,
        space: str,
        *,
        collapse: bool,
        prefix: bool,
        kept: Collection[str] = (),
        strange: NDArray[np.bool_] | None = None,
    ) -> None:
        self._charsmap, self._collapse, self._prefix = charsmap, collapse, prefix
        self._space, self._n_space = space, len(space.encode())
        # A space that is dropped may not be a part of a run, so it may not be strange.
        self._strange = None if strange is None or strange[ord(space)] else strange
        lengths = np.repeat(np.array([1, 2, 3, 4], np.uint16), [0x80, 0x780, 0xF800, 0x100000])
        flags = np.zeros(0x110000, np.uint16)
        if self._strange is not None:
            flags[:] = np.where(self._strange, _STRANGE, _KNOWN)
        for key, out in ({" ": " ", SPACE: SPACE} | (charsmap.single() if charsmap else {})).items():
            lengths[ord(key)], flags[ord(key)] = self._bytes(out), self._marks(out)
        for flag, characters in zip((_FIRST, _LATER), charsmap.joined() if charsmap else (), strict=False):
            flags[_points("".join(characters))] |= flag
        if lengths.max() > 0xFF:
            raise ValueError("a character becomes very many")
        self._table = lengths << 8 | flags  # in one array, which is read from one place in memory a character
        self._kept = [spelling for spelling in kept if self._changes(spelling)]

    def __call__(self, text: str, data: bytes) -> Followed | None:
        """Where normalised bytes came from; None where the text has something that is not followed here.

        Args:
            data: the text in UTF-8.
        """
        if len(self._kept) > _MOST_SYMBOLS or any(spelling in text for spelling in self._kept):
            return None
        lengths, flags = self._look_up(text)
        seen = np.bitwise_or.reduce(flags, initial=0)
        if self._charsmap is not None and seen & _LATER:
            if not self._join(text, self._charsmap, lengths, flags):
                return None
            seen = np.bitwise_or.reduce(flags, initial=0)
        if seen & _ODD:
            return None
        if self._collapse:
            self._drop_spaces(lengths, flags)
        starts = _begins(data).nonzero()[0].astype(np.int32)
        return Followed(self._laid_out(starts, len(data), lengths, flags), self._runs(lengths, flags))

    def _look_up(self, text: str) -> tuple[Ints, NDArray[np.uint8]]:
        """For each character of a text, the bytes that it becomes, int32, and what it does."""
        found = self._table[_points(text)]
        return (found >> 8).astype(np.int32), found.astype(np.uint8)

    def _runs(self, lengths: Ints, flags: NDArray[np.uint8]) -> Ints | None:
        """Bytes of the longest runs of strange characters; None where a character becomes strange ones and others."""
        if self._strange is None or np.maximum.reduce(flags, initial=0) >= _KNOWN | _STRANGE:
            return None
        if not _all(lengths):  # what becomes nothing ends no run
            flags, lengths = flags[lengths > 0], lengths[lengths > 0]
        edges = np.zeros(len(lengths) + 1, np.int32)
        np.cumsum(lengths, out=edges[1:])
        padded = np.zeros(len(flags) + 2, np.bool_)
        np.greater_equal(flags, _STRANGE, out=padded[1:-1])
        places = edges[(padded[1:] != padded[:-1]).nonzero()[0]]  # where a run begins, ends, begins, ends, …
        runs: Ints = places[1::2] - places[::2]
        return runs

    def _join(self, text: str, charsmap: CharacterMap, lengths: Ints, flags: NDArray[np.uint8]) -> bool:
        """Give what a rule makes of several characters to the first of them, in place; False for a rule too odd."""
        links = (flags[:-1] & (_FIRST | _LATER) != 0) & (flags[1:] & _LATER != 0)  # (T - 1,)
        done = 0
        for at in np.flatnonzero(links).tolist():
            found = charsmap.longest(text[at : at + LONGEST]) if at >= done else None
            if found and found[0] > 1:
                done = at + found[0]
                lengths[at:done], flags[at:done] = 0, 0
                lengths[at], flags[at] = self._bytes(found[1]), self._marks(found[1])
                if flags[at] & (_OPENS | _CLOSES | _BLANK | _ODD):
                    return False
        return True

    def _drop_spaces(self, lengths: Ints, flags: NDArray[np.uint8]) -> None:
        """Take off the space that opens what a character becomes, behind another one and at the front; in place."""
        opened = (flags & _OPENS).nonzero()[0]
        before = opened - 1
        if not _all(lengths):
            marks = np.where(lengths > 0, np.arange(len(lengths)), -1)  # characters that became something
            before = np.where(before < 0, before, np.maximum.accumulate(marks)[before])
        behind = (flags[before] & _CLOSES != 0) | (before < 0)
        lengths[opened[behind]] -= self._n_space

    def _laid_out(self, starts: Ints, end: int, lengths: Ints, flags: NDArray[np.uint8]) -> Ints:
        """The offsets, from the bytes that each character became."""
        origins = np.repeat(starts, lengths)
        if self._collapse and _ends_in_space(lengths, flags):
            end = int(origins[-self._n_space])
            origins = origins[: -self._n_space]
        n_front = self._n_space if self._prefix else 0
        found = np.empty(n_front + len(origins) + 1, np.int32)
        found[:n_front], found[n_front:-1], found[-1] = self._front(starts, flags), origins, end
        return found

    def _front(self, starts: Ints, flags: NDArray[np.uint8]) -> int:
        """Where the space put in front comes from: behind the spaces dropped there."""
        if not self._collapse or not len(flags) or not flags[0] & _BLANK:
            return 0
        return int(starts[np.argmin(flags & _BLANK)])

    def _bytes(self, out: str) -> int:
        return len(out.replace(" ", self._space).encode())

    def _marks(self, out: str) -> int:
        """What a replacement says of the character that becomes it."""
        odd = SPACE in out or "  " in out
        marks = _OPENS * out.startswith(" ") | _CLOSES * out.endswith(" ") | _BLANK * (out == " ") | _ODD * odd
        if self._strange is None or not out:
            return marks
        strange = self._strange[_points(out.replace(" ", self._space))]
        return marks | _STRANGE * bool(strange.any()) | _KNOWN * (not strange.all())

    def _changes(self, spelling: str) -> bool:
        """Would the rules do anything to a spelling?"""
        lengths, flags = self._look_up(spelling)
        same = lengths.sum() == len(spelling.encode())
        return not same or bool((flags & ~np.uint8(_KNOWN | _STRANGE)).any())


def _all(lengths: Ints) -> bool:
    """Is none of them 0? For a short text this is a quarter of the time of `all`."""
    return bool(np.count_nonzero(lengths) == len(lengths))


def _ends_in_space(lengths: Ints, flags: NDArray[np.uint8]) -> bool:
    """Does the last character that became anything end in a space?"""
    if len(lengths) and not lengths[-1]:
        flags, lengths = flags[lengths > 0], lengths[lengths > 0]
    return bool(len(lengths) and flags[-1] & _CLOSES)


def _points(text: str) -> NDArray[np.uint32]:
    return np.frombuffer(text.encode("utf-32-le"), "<u4")


def _begins(data: bytes) -> NDArray[np.bool_]:
    """Where a character begins, (len(data),)."""
    begins: NDArray[np.bool_] = np.frombuffer(data, np.uint8) & 0xC0 != 0x80
    return begins
