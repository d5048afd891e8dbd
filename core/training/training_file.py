"""A file of text that is read in parts, anew each time, so that a text may be larger than what lies in memory."""

import hashlib
from collections.abc import Iterator, Set
from dataclasses import dataclass
from pathlib import Path

from core.common.errors import UnreadableFile, UserError, shown
from core.common.plain_text import decoded_lines
from core.training.lines import bare, in_chunks


@dataclass(frozen=True)
class TrainingFile:
    """A file as it was when it was opened.

    Args:
        name: what it is called.
        path: where it lies.
        n_bytes: that it has.
        changed: when it was written, in nanoseconds.
    """

    name: str
    path: Path
    n_bytes: int
    changed: int

    def lines(self, most_bytes: int = 0) -> Iterator[str]:
        """Its lines with their ends, of which one at a time lies in memory.

        Args:
            most_bytes: no more than so many, whole lines unless the first is longer; 0 for all.

        Raises:
            UserError: it cannot be read, is no text, or is not what it was when it was opened.
        """
        room = most_bytes or None
        try:
            for line, n_bytes in decoded_lines(self.path, self.name):
                if room is not None and n_bytes > room:
                    if room == most_bytes:
                        yield line.encode()[:most_bytes].decode(errors="ignore")
                    break
                room = None if room is None else room - n_bytes
                yield line
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


@dataclass(frozen=True)
class KeptLines:
    """What is trained on of a file, in chunks of whole lines.

    Args:
        file: that it is of.
        most_bytes: of it; 0 for all.
        apart: lines without their ends that are left out.
    """

    file: TrainingFile
    most_bytes: int
    apart: Set[str]

    def __iter__(self) -> Iterator[str]:
        lines = self.file.lines(self.most_bytes)
        yield from in_chunks(line for line in lines if bare(line) not in self.apart)


def opened_text(name: str, path: Path) -> TrainingFile:
    """A file of text; nothing of it is read.

    Raises:
        UserError: it cannot be looked at.
    """
    try:
        return TrainingFile(name, path, *_state(path))
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
