"""A text file as a text: UTF-8, UTF-16 or UTF-32, told apart by its bytes, nothing changed but the mark left out."""

import codecs
import unicodedata
from dataclasses import dataclass

from core.common.errors import TooLarge, UnreadableFile, shown
from core.common.numbers import count
from core.common.plain_text import decoded

_MARKS = (  # the longer before those that they begin with
    (codecs.BOM_UTF8, "utf-8", "UTF-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le", "UTF-32"),
    (codecs.BOM_UTF32_BE, "utf-32-be", "UTF-32"),
    (codecs.BOM_UTF16_LE, "utf-16-le", "UTF-16"),
    (codecs.BOM_UTF16_BE, "utf-16-be", "UTF-16"),
)
_LOOKED_AT = 2**14  # bytes that tell whether a file without a mark is UTF-16
_ORDERS = ("utf-16-le", "utf-16-be")
BYTES_PER_CHARACTER = 4


@dataclass(frozen=True)
class TextFile:
    """What a text file holds.

    Args:
        text: without the byte-order mark, with every line end as it is.
        encoding: its name, such as "UTF-16".
        marked: it began with a byte-order mark.
    """

    text: str
    encoding: str
    marked: bool


def read_text_file(data: bytes, name: str, most: int) -> TextFile:
    """The text in a file.

    Args:
        most: characters.

    Raises:
        UnreadableFile: empty, binary, or in an old encoding; says what to do.
        TooLarge: over `most` characters.

    Source: Unicode 16, section 23.8, byte order mark.

    >>> read_text_file("é\\r\\n".encode("utf-16"), "a.txt", 100)
    TextFile(text='é\\r\\n', encoding='UTF-16', marked=True)
    """
    if len(data) > BYTES_PER_CHARACTER * most + BYTES_PER_CHARACTER:
        raise _too_long(name, f"{count(len(data))} bytes", most)
    file = _marked(data, name) or _unmarked(data, name)
    if not file.text:
        raise UnreadableFile(f"{shown(name)} is empty. Open a file with a text in it.")
    if len(file.text) > most:
        raise _too_long(name, f"{count(len(file.text))} characters", most)
    return file


def _marked(data: bytes, name: str) -> TextFile | None:
    for mark, codec, encoding in _MARKS:
        if data.startswith(mark):
            return TextFile(_whole(data[len(mark) :], codec, encoding, name), encoding, True)
    return None


def _whole(data: bytes, codec: str, encoding: str, name: str) -> str:
    try:
        return data.decode(codec)
    except UnicodeDecodeError as error:
        raise UnreadableFile(
            f"{shown(name)} begins with the mark of {encoding}, but is no {encoding} from byte {count(error.start)} "
            "on: it is damaged or cut off. Save it again as UTF-8."
        ) from None


def _unmarked(data: bytes, name: str) -> TextFile:
    """UTF-16 where its bytes make sense so, else UTF-8."""
    for codec in _ORDERS:
        if (text := _sensible(data, codec)) is not None:
            return TextFile(text, "UTF-16", False)
    text = decoded(data, name)
    if "\0" in text[:_LOOKED_AT]:
        raise UnreadableFile(f"{shown(name)} is no text file: it holds the byte 0x00. Save its text as UTF-8.")
    return TextFile(text, "UTF-8", False)


def _sensible(data: bytes, codec: str) -> str | None:
    """The text in UTF-16 if its beginning has a space, digit, line end or 。 and no control or unassigned character.

    Two letters of another encoding make one Chinese character in UTF-16, but none of these.
    """
    if len(data) % 2:
        return None
    try:
        text = data.decode(codec)
    except UnicodeDecodeError:
        return None
    head = text[: _LOOKED_AT // 2]
    clean = all(c in "\t\n\r\f" or unicodedata.category(c) not in ("Cc", "Cn", "Co") for c in head)
    return text if clean and any(c.isascii() or c == "。" for c in head) else None


def _too_long(name: str, size: str, most: int) -> TooLarge:
    return TooLarge(
        f"{shown(name)} has {size}; up to {count(most)} characters are compared at once. Open a part of it, or count "
        "the whole file as a corpus under Runs."
    )
