"""A file of text that is read in parts, anew each time, so that a text may be larger than what lies in memory."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from core.common.errors import UnreadableFile, UserError, shown
from core.common.plain_text import decoded_lines
from core.training.lines import within


@dataclass(frozen=True)
class TrainingFile:
    """A file as it was when it was opened, a text as `core.training.training_source` has it.

    Args:
        path: where it lies.
        changed: when it was written, in nanoseconds.
    """

    name: str
    path: Path
    n_bytes: int
    changed: int
    corpus: str = ""
    in_memory = False

    def lines(self, most_bytes: int = 0) -> Iterator[str]:
        """Its lines with their ends, of which one at a time lies in memory.

        Args:
            most_bytes: no more than so many, whole lines unless the first is longer; 0 for all.

        Raises:
            UserError: it cannot be read, is no text, or is not what it was when it was opened.
        """
        try:
            yield from within(decoded_lines(self.path, self.name), most_bytes)
            now = _state(self.path)
        except OSError as error:
            raise _unreadable(self.path, error) from None
        if now != (self.n_bytes, self.changed):
            raise changed(self.name)

    def read(self, start: int, end: int) -> bytes:
        """Its bytes from one place to another."""
        try:
            with self.path.open("rb") as file:
                file.seek(start)
                return file.read(end - start)
        except OSError as error:
            raise _unreadable(self.path, error) from None

    def hashed(self) -> str:
        """SHA-256 of its bytes."""
        try:
            with self.path.open("rb") as file:
                return hashlib.file_digest(file, "sha256").hexdigest()
        except OSError as error:
            raise _unreadable(self.path, error) from None


def opened_text(name: str, path: Path, corpus: str = "") -> TrainingFile:
    """A file of text; nothing of it is read.

    Raises:
        UserError: it cannot be looked at.
    """
    try:
        return TrainingFile(name, path, *_state(path), corpus)
    except OSError as error:
        raise _unreadable(path, error) from None


def changed(name: str) -> UserError:
    """What is said of a text that is another than it was."""
    return UserError(f"The text of {name} has changed since training was asked for. Ask again.")


def _state(path: Path) -> tuple[int, int]:
    found = path.stat()
    return found.st_size, found.st_mtime_ns


def _unreadable(path: Path, error: OSError) -> UnreadableFile:
    return UnreadableFile(f"{shown(path.name)} cannot be read: {error.strerror or error}.")
