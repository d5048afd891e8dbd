"""The text that a tokenizer is trained on, and the part of it that is kept apart."""

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from core.common.errors import UserError, shown
from core.common.numbers import count
from core.common.plain_text import decoded, lines

_CHUNK = 2**16  # characters handed to a library at once


@dataclass(frozen=True, eq=False)
class TrainingPart:
    """One text.

    Args:
        name: what it is called.
        chunks: of what is trained on, each of whole lines.
        held_out: lines that are kept apart; no other line of the text equals one of them.
    """

    name: str
    chunks: tuple[str, ...]
    held_out: tuple[str, ...]

    @property
    def n_bytes(self) -> int:
        """Of what is trained on, in UTF-8."""
        return sum(len(chunk.encode()) for chunk in self.chunks)


@dataclass(frozen=True, eq=False)
class TrainingText:
    """The parts of a text, one a source, and parallel lines for trainers that weigh languages.

    Args:
        parts: in the order given.
        parallel: for each part the same sentences in its language; empty where none are given.
    """

    parts: tuple[TrainingPart, ...]
    parallel: tuple[tuple[str, ...], ...] = ()

    @property
    def chunks(self) -> tuple[str, ...]:
        """All that is trained on."""
        return tuple(chunk for part in self.parts for chunk in part.chunks)

    @property
    def held_out(self) -> tuple[str, ...]:
        """All that is kept apart."""
        return tuple(line for part in self.parts for line in part.held_out)


def part_of(name: str, text: str, share: float, seed: int) -> TrainingPart:
    """A text with about this share of its lines kept apart, the same ones for the same seed; equal lines together.

    >>> part = part_of("a", "one\\ntwo\\none\\nthree\\n", 0.5, 0)
    >>> part.chunks, part.held_out
    (('two\\nthree\\n',), ('one', 'one'))
    """
    kept, apart = [], []
    for line in _lines(text):
        bare = line.rstrip("\r\n")
        if share and bare.strip() and _drawn(bare, seed) < share:
            apart.append(bare)
        else:
            kept.append(line)
    return TrainingPart(name, tuple(_chunks(kept)), tuple(apart))


def read_parts(texts: Sequence[tuple[str, bytes]], share: float, seed: int) -> tuple[TrainingPart, ...]:
    """The parts of a text from names and contents.

    Raises:
        UserError: there is no text in any of them, or one is not UTF-8.
    """
    parts = tuple(part_of(name, decoded(data, name), share, seed) for name, data in texts)
    if not any(chunk.strip() for part in parts for chunk in part.chunks):
        raise UserError("There is no text to train on: it holds nothing but white space. Give another.")
    return parts


def parallel_lines(texts: Sequence[tuple[str, bytes]]) -> tuple[tuple[str, ...], ...]:
    """The lines of parallel texts.

    Raises:
        UserError: they have no or different numbers of lines.
    """
    found = tuple(tuple(lines(data, name)) for name, data in texts)
    if len({len(each) for each in found}) > 1 or any(not any(each) for each in found):
        counts = ", ".join(f"{shown(n)} {count(len(each))}" for (n, _), each in zip(texts, found, strict=True))
        raise UserError(f"Parallel texts need as many lines each, and some text; these have: {counts}. Align them.")
    return found


def _lines(text: str) -> Iterable[str]:
    """Lines with their ends; only the line feed ends one."""
    start = 0
    while (end := text.find("\n", start)) >= 0:
        yield text[start : end + 1]
        start = end + 1
    if start < len(text):
        yield text[start:]


def _drawn(line: str, seed: int) -> float:
    digest = hashlib.blake2b(line.encode(), digest_size=8, key=str(seed).encode()).digest()
    return int.from_bytes(digest, "little") / 2**64


def _chunks(kept: Iterable[str]) -> Iterable[str]:
    gathered, size = list[str](), 0
    for line in kept:
        gathered.append(line)
        size += len(line)
        if size >= _CHUNK:
            yield "".join(gathered)
            gathered, size = [], 0
    if gathered:
        yield "".join(gathered)
