"""The lines of a text to train on: gathered into chunks for libraries, and some drawn to be kept apart."""

import hashlib
from collections.abc import Iterable, Iterator

_CHUNK = 2**16  # characters handed to a library at once


def with_ends(text: str) -> Iterator[str]:
    """Lines with their ends; only the line feed ends one.

    >>> list(with_ends("one\\r\\n\\ntwo"))
    ['one\\r\\n', '\\n', 'two']
    """
    start = 0
    while (end := text.find("\n", start)) >= 0:
        yield text[start : end + 1]
        start = end + 1
    if start < len(text):
        yield text[start:]


def bare(line: str) -> str:
    """A line without its end."""
    return line.rstrip("\r\n")


def in_chunks(lines: Iterable[str]) -> Iterator[str]:
    """Whole lines together, until they are some thousand characters.

    >>> list(in_chunks(["one\\n", "two\\n"])), list(in_chunks([]))
    (['one\\ntwo\\n'], [])
    """
    gathered, size = list[str](), 0
    for line in lines:
        gathered.append(line)
        size += len(line)
        if size >= _CHUNK:
            yield "".join(gathered)
            gathered, size = [], 0
    if gathered:
        yield "".join(gathered)


def drawn(line: str, seed: int) -> float:
    """A number from 0 to 1 that a line has, the same one for the same seed."""
    digest = hashlib.blake2b(line.encode(), digest_size=8, key=str(seed).encode()).digest()
    return int.from_bytes(digest, "little") / 2**64


def drawn_apart(lines: Iterable[str], share: float, seed: int) -> list[str]:
    """About this share of some lines, without their ends; equal ones together."""
    if not share:
        return []
    return [line for line in map(bare, lines) if line.strip() and drawn(line, seed) < share]
