"""Lines in memory as a text to train on: a language of a corpus, or code; nothing of them is copied."""

import hashlib
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray

from core.common.plain_text import decoded
from core.training.lines import within


@dataclass(frozen=True)
class HeldLines:
    """A text, as `core.training.training_source` has it.

    Args:
        held: its lines without their ends; a line feed in one is written as a space, and one ends each.
    """

    name: str
    held: tuple[str, ...]
    corpus: str = ""
    in_memory = True

    @property
    def n_bytes(self) -> int:
        """That it has."""
        return int(self._ends[-1]) if len(self._ends) else 0

    def lines(self, most_bytes: int = 0) -> Iterator[str]:
        """Its lines with their ends, no more than so many bytes."""
        return within(map(_line, self.held), most_bytes)

    def read(self, start: int, end: int) -> bytes:
        """Its bytes from one place to another."""
        first = bisect_right(self._ends, start)
        last = bisect_right(self._ends, max(start, end - 1)) + 1
        begins = int(self._ends[first - 1]) if first else 0
        return "".join(map(_line, self.held[first:last])).encode()[start - begins : end - begins]

    def hashed(self) -> str:
        """SHA-256 of its bytes."""
        digest = hashlib.sha256()
        for line in self.lines():
            digest.update(line.encode())
        return digest.hexdigest()

    @cached_property
    def _ends(self) -> NDArray[np.int64]:
        """Bytes up to the end of each line."""
        return np.cumsum(np.fromiter((len(line.encode()) for line in self.lines()), np.int64, len(self.held)))


def lines_of_bytes(name: str, data: bytes) -> HeldLines:
    """The lines of a text in UTF-8.

    Raises:
        UnreadableFile: it is none.

    >>> lines_of_bytes("a", b"one\\r\\n\\ntwo").held
    ('one\\r', '', 'two')
    """
    text = decoded(data, name)
    return HeldLines(name, tuple(text.removesuffix("\n").split("\n")) if text else ())


def _line(held: str) -> str:
    return held.replace("\n", " ") + "\n"
