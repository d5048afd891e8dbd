"""The texts a command is given: on the line, in a file, or one per line of a file of JSON strings."""

import json
import sys
from collections.abc import Iterator
from pathlib import Path

from core.common.errors import UnreadableFile, UserError, shown
from core.common.numbers import count
from core.common.plain_text import decoded
from core.common.text_stream import UTF16, note_on
from core.text.utf8 import utf8

STDIN = "-"


def read_text(path: str) -> str:
    """The text in a file as it is: no line ending changed, in UTF-8 no byte order mark taken off.

    Of UTF-16, and of a byte order mark in UTF-8, something is said on stderr.

    Raises:
        UnreadableFile: it cannot be opened, or is in neither encoding; names the first offending byte.
    """
    try:
        data = sys.stdin.buffer.read() if path == STDIN else Path(path).read_bytes()
    except OSError as error:
        raise UnreadableFile(f"{shown(path)} cannot be read: {error.strerror or error}.") from None
    text = decoded(data, path) if data.startswith(UTF16) else _decoded(data, path, 0)
    if note := note_on(data[:3], path):
        print(note, file=sys.stderr)
    return text


def read_json_lines(path: str) -> Iterator[str]:
    """The texts in a file with one JSON string per line, one at a time; empty lines are passed over.

    A file is checked as a whole before the first text is handed out, so that nothing is printed for a file that turns
    out to be damaged. Standard input is handed out line by line as it comes.

    Raises:
        UserError: a line is no JSON string or has no UTF-8 form; names the line.
    """
    if path != STDIN:
        for _ in _json_lines(path):
            pass
    return _json_lines(path)


def _json_lines(path: str) -> Iterator[str]:
    offset = 0
    for number, line in enumerate(_lines(path), 1):
        if line.strip():
            yield _json_string(_decoded(line, path, offset), f"Line {count(number)} of {shown(path)}")
        offset += len(line)


def _lines(path: str) -> Iterator[bytes]:
    try:
        if path == STDIN:
            yield from sys.stdin.buffer
        else:
            with Path(path).open("rb") as file:
                yield from file
    except OSError as error:
        raise UnreadableFile(f"{shown(path)} cannot be read: {error.strerror or error}.") from None


def _json_string(line: str, where: str) -> str:
    try:
        text = json.loads(line)
    except (ValueError, RecursionError):
        raise UserError(
            f'{where} is not JSON: {shown(line.strip(), 40)}. Write one string per line, "like this".'
        ) from None
    if not isinstance(text, str):
        raise UserError(f"{where} is no JSON string: {shown(line.strip(), 40)}. Write one string per line.")
    try:
        utf8(text)
    except UserError as error:
        raise UserError(f"{where}: {error}") from None
    return text


def _decoded(data: bytes, path: str, offset: int) -> str:
    try:
        return data.decode()
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            f"{shown(path)} is not UTF-8: byte 0x{data[error.start]:02X} at offset {count(offset + error.start)} "
            f"({error.reason}). Convert the file to UTF-8."
        ) from None
