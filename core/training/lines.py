"""The lines of a text to train on: gathered into chunks for libraries, and some drawn to be kept apart."""

import hashlib
from collections.abc import Iterable, Iterator

_CHUNK = 2**16  # characters handed to a library at once


def within(lines: Iterable[str], most_bytes: int) -> Iterator[str]:
    """Lines up to so many bytes in UTF-8, whole ones unless the first is longer; 0 for all.

    >>> list(within(["one\\n", "two\\n"], 7)), list(within(["éé"], 3)), list(within(["one\\n", "two\\n"], 0))
    (['one\\n'], ['é'], ['one\\n', 'two\\n'])
    """
    room = most_bytes
    for line in lines:
        if most_bytes:
            data = line.encode()
            if len(data) > room:
                if room == most_bytes:
                    yield data[:most_bytes].decode(errors="ignore")
                return
            room -= len(data)
        yield line


def exactly(lines: Iterable[str], n_bytes: int) -> Iterator[str]:
    """The first so many bytes of lines in UTF-8, the last line cut at a character; 0 for all.

    >>> list(exactly(["one\\n", "twö\\n"], 7)), list(exactly(["one\\n"], 9)), list(exactly(["one\\n"], 0))
    (['one\\n', 'tw'], ['one\\n'], ['one\\n'])
    """
    room = n_bytes
    for line in lines:
        data = line.encode()
        if n_bytes and len(data) >= room:
            yield data[:room].decode(errors="ignore")
            return
        room -= len(data)
        yield line


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
