"""A file of text read as UTF-8, whichever of the usual encodings it is in, and what is to be said of its beginning."""

import codecs
import io
from typing import BinaryIO, Protocol

from core.common.errors import UnreadableFile, shown

UTF16 = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)
UTF16_NOTE = "{name} is UTF-16; its bytes are counted as those of the same text in UTF-8, without the byte order mark."
BOM_NOTE = (
    "{name} begins with a byte order mark (U+FEFF), which is counted as the character that it is; programs that read "
    "text mostly leave it out."
)


class Lines(Protocol):
    """What gives lines as bytes in UTF-8, and can begin again."""

    def readline(self, limit: int, /) -> bytes:
        """The next line with its newline, or so many bytes of it; empty at the end."""

    def seek(self, offset: int, /) -> int:
        """Begin again at 0."""


class _Transcoded:
    """The lines of a UTF-16 file in UTF-8."""

    def __init__(self, file: BinaryIO, name: str) -> None:
        self._file, self._name = io.TextIOWrapper(file, "utf-16", newline="\n"), name

    def readline(self, limit: int, /) -> bytes:
        try:
            return self._file.readline(limit).encode()
        except UnicodeError:
            raise UnreadableFile(
                f"{shown(self._name)} begins as UTF-16 and does not go on so. Save it again."
            ) from None

    def seek(self, offset: int, /) -> int:
        return self._file.seek(offset)


def note_on(head: bytes, name: str) -> str:
    """What is to be said of a text that begins with these bytes; empty if nothing.

    >>> note_on(b"plain", "a.txt")
    ''
    """
    if head.startswith(UTF16):
        return UTF16_NOTE.format(name=shown(name))
    return BOM_NOTE.format(name=shown(name)) if head.startswith(codecs.BOM_UTF8) else ""


def lines_in_utf8(file: io.BufferedReader, name: str) -> tuple[Lines, str]:
    """(the lines of a file, what is to be said of it)."""
    head = file.peek(3)[:3]
    return (_Transcoded(file, name) if head.startswith(UTF16) else file), note_on(head, name)
