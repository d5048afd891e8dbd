"""Counts of a text too large to hold, line by line, in memory that does not grow with it."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from core.common import numbers
from core.common.errors import TooLarge, UnreadableFile, shown
from core.common.progress import report
from core.common.text_stream import Lines
from core.counting.engine import Counter
from core.counting.fastest import count_once, fast_counter, give_up
from core.counting.spot_checks import EngineDiffers
from core.tokenizers.tokenizer import LocalTokenizer, Tokenizer

MAX_LINE_BYTES = 64 * 2**20
WORTH_TRYING = 2**20  # bytes, from which finding out whether a faster engine agrees (1-2 s, once) pays
_CHUNK_LINES, _CHUNK_BYTES = 8_192, 2 * 2**20


@dataclass(frozen=True)
class Totals:
    """What a text adds up to: tokens line by line, without the newlines; bytes and characters of all of it."""

    n_tokens: int
    n_unknown: int
    n_bytes: int
    n_characters: int


Listener = Callable[[NDArray[np.int32]], None]


def counter_for(tokenizer: Tokenizer, n_bytes: int) -> Counter:
    """The fastest counter that is safe, for so much text: to find it out costs more than it saves on little text."""
    return fast_counter(tokenizer)[0] if n_bytes >= WORTH_TRYING else tokenizer.count


def count_file(
    tokenizer: Tokenizer, count: Counter, file: Lines, name: str, size: int, per_line: list[NDArray[np.int32]]
) -> tuple[Totals, str]:
    """Counts of a file, and why they are the reference's if a faster counter turned out wrong on one of its lines.

    Args:
        count: from `counter_for`, a faster one only for a file that can be read twice.
        per_line: gets the tokens of each line, a few thousand lines at a time.

    Raises:
        UserError: as `count_stream`.
    """
    try:
        return count_stream(count, file, name, size, per_line.append), ""
    except EngineDiffers:
        assert isinstance(tokenizer, LocalTokenizer), "only what is in this process has a second engine"
        note = give_up(tokenizer).reason
    file.seek(0)
    per_line.clear()
    return count_stream(tokenizer.count, file, name, size, per_line.append), note


def count_stream(count: Counter, file: Lines, name: str, size: int = 0, on_counts: Listener | None = None) -> Totals:
    """Counts of lines as they come.

    Args:
        name: for messages.
        size: bytes to come, 0 if unknown.
        on_counts: hears of the tokens of each line, a few thousand lines at a time.

    Raises:
        UnreadableFile: it is not UTF-8; names the line.
        TooLarge: a line is over 64 MB.
    """
    totals, n_lines = np.zeros(4, np.int64), 0
    for data in _chunks(file, name):
        texts = _decoded(data, name, n_lines, int(totals[2]))
        counts = count_once(count, texts)
        n_bytes = sum(map(len, data))
        n_ends = len(data) - (not data[-1].endswith(b"\n"))
        totals += (
            int(counts.tokens.sum(dtype=np.int64)),
            int(counts.unknown.sum(dtype=np.int64)),
            n_bytes,
            sum(map(len, texts)) + n_ends,
        )
        n_lines += len(texts)
        report(int(totals[2]), size, f"Counting {name}")
        if on_counts is not None:
            on_counts(counts.tokens)
    return Totals(*map(int, totals))


def _chunks(file: Lines, name: str) -> Iterator[list[bytes]]:
    """Lines with their newlines, some thousands or two megabytes at a time."""
    lines: list[bytes] = []
    held = 0
    while line := file.readline(MAX_LINE_BYTES + 1):
        if len(line) > MAX_LINE_BYTES:
            raise TooLarge(
                f"{shown(name)} has a line of over {numbers.count(MAX_LINE_BYTES / 2**20)} MB. Break it into lines."
            )
        lines.append(line)
        held += len(line)
        if len(lines) >= _CHUNK_LINES or held >= _CHUNK_BYTES:
            yield lines
            lines, held = [], 0
    if lines:
        yield lines


def _decoded(lines: Sequence[bytes], name: str, n_lines: int, n_bytes: int) -> list[str]:
    """Lines without their newlines.

    Args:
        n_lines, n_bytes: what lay before them.
    """
    texts = []
    for n, line in enumerate(lines, n_lines + 1):
        try:
            texts.append(line.removesuffix(b"\n").decode())
        except UnicodeDecodeError as error:
            raise UnreadableFile(
                f"{shown(name)} is not UTF-8: byte 0x{line[error.start]:02X} at offset "
                f"{numbers.count(n_bytes + error.start)}, in line {numbers.count(n)} ({error.reason}). "
                "Convert the file to UTF-8."
            ) from None
        n_bytes += len(line)
    return texts
