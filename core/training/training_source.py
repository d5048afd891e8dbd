"""What a tokenizer is trained on: text that is given line by line, as often as it is asked for."""

from collections.abc import Iterator
from typing import Protocol


class TrainingSource(Protocol):
    """One text, the same whenever it is read."""

    @property
    def name(self) -> str:
        """What it is called."""

    @property
    def corpus(self) -> str:
        """Names the texts that have the same sentences line by line; empty where it is parallel with none."""

    @property
    def n_bytes(self) -> int:
        """That it has."""

    @property
    def in_memory(self) -> bool:
        """Whether all of it lies there."""

    def lines(self, most_bytes: int = 0) -> Iterator[str]:
        """Its lines with their ends, one at a time.

        Args:
            most_bytes: no more than so many, whole lines unless the first is longer; 0 for all.

        Raises:
            UserError: it cannot be read, is no text, or is not what it was when it was opened.
        """

    def read(self, start: int, end: int) -> bytes:
        """Its bytes from one place to another."""

    def hashed(self) -> str:
        """SHA-256 of its bytes."""
