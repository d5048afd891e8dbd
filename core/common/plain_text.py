"""Reads bytes as lines of text, and says where they are not UTF-8."""

from collections.abc import Iterator
from pathlib import Path

from core.common.errors import UnreadableFile, shown
from core.common.numbers import count
from core.common.text_stream import UTF16, lines_in_utf8

_HEAD = 2**16  # bytes


def decoded(data: bytes, name: str) -> str:
    """The text in a file: UTF-8 with or without a byte-order mark, or UTF-16 with one.

    Raises:
        UnreadableFile: it is neither; says at which line and byte it breaks, or that it is UTF-16 without a mark.

    >>> decoded(b"caf\\xc3\\xa9", "a.txt")
    'café'
    """
    try:
        if data.startswith(UTF16):
            return data.decode("utf-16")
        _refuse_unmarked(data, name)
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise _not_utf8(name, data.count(b"\n", 0, error.start) + 1, error.object[error.start]) from None


def decoded_lines(path: Path, name: str) -> Iterator[str]:
    """The lines of a file with their ends, of which no more than one lies in memory.

    What is read and refused is what `decoded` reads and refuses.

    Raises:
        UnreadableFile: it is neither UTF-8 nor marked as UTF-16.
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        if not (head := file.peek(_HEAD)[:_HEAD]).startswith(UTF16):
            _refuse_unmarked(head, name)
        found, _ = lines_in_utf8(file, name)
        for n, line in enumerate(iter(lambda: found.readline(-1), b""), 1):
            try:
                yield line.decode("utf-8-sig" if n == 1 else "utf-8")
            except UnicodeDecodeError as error:
                raise _not_utf8(name, n, error.object[error.start]) from None


def _refuse_unmarked(data: bytes, name: str) -> None:
    if _every_other_is_zero(data):
        raise UnreadableFile(
            f"{shown(name)} holds the byte 0x00 at every other place, as UTF-16 without a byte-order mark does. "
            "Save it again as UTF-8."
        )


def _not_utf8(name: str, line: int, byte: int) -> UnreadableFile:
    return UnreadableFile(
        f"{shown(name)} is not UTF-8: line {count(line)} holds the byte 0x{byte:02X}, as files saved "
        "in Latin-1, Windows-1252 or another old encoding do. Save it again as UTF-8."
    )


def _every_other_is_zero(data: bytes) -> bool:
    """Whether most of every other byte are: Latin letters of UTF-16 are valid UTF-8, each with a zero beside it."""
    return b"\0" in data and any(half.count(0) * 3 > 2 * len(half) for half in (data[::2], data[1::2]))


def read_at_most(path: Path, most: int) -> bytes | None:
    """The content of a file, None where it is more than so many bytes: a device, such as /dev/zero, may have no end.

    Raises:
        OSError: it cannot be read.
    """
    with path.open("rb") as file:
        data = file.read(most + 1)
    return data if len(data) <= most else None


def beginning(data: bytes, most: int) -> bytes:
    """No more than so many bytes, up to the end of a line; 0 for all of them.

    >>> beginning(b"one\\ntwo\\nthree", 9), beginning(b"one", 0), beginning("\u00e9\u00e9".encode(), 3).decode()
    (b'one\\ntwo\\n', b'one', '\u00e9')
    """
    if not most or len(data) <= most:
        return data
    return data[: data.rfind(b"\n", 0, most) + 1] or data[:most].decode(errors="ignore").encode()


def lines(data: bytes, name: str) -> list[str]:
    """The lines of a file, without their ends; the last newline ends a line and begins none.

    Only the newline ends a line, with a carriage return before it or not: U+2028 and form feeds are text.

    Raises:
        UnreadableFile: it is not UTF-8.

    >>> lines(b"one\\r\\n\\ntwo\\n", "a.txt")
    ['one', '', 'two']
    """
    text = decoded(data, name)
    if not text:
        return []
    found = text.removesuffix("\n").split("\n")
    return [line.removesuffix("\r") for line in found] if "\r" in text else found
