"""Keeps uploaded plain text by content; plans name it `upload:HASH/NAME`, and as a corpus it is `text:HASH/NAME`."""

from pathlib import Path
from tempfile import TemporaryDirectory

from core.common.disk import on_disk
from core.common.errors import UserError, shown
from core.common.named_path import named_path
from core.common.plain_text import decoded
from core.common.settings import settings
from core.common.uploads import Uploads, accept, plain_name, short_hash
from core.corpora.column_text import ColumnText
from core.corpora.reading import read_column

SCHEME, AS_CORPUS = "upload:", "text:"
UPLOADS = Uploads("texts", "uploads")


def keep_text(name: str, content: bytes, owner: str = "") -> str:
    """Store a text and return its spec; what is no UTF-8 text is not stored.

    Raises:
        UserError: uploads are switched off, it is too large, holds nothing, is no text, or
            there is no room.
    """
    accept(name, content, "Take a part of it.")
    if not decoded(content, name).strip():
        raise UserError(f"{shown(name)} holds no text. Upload a file with some.")
    safe, digest = plain_name(name, "text", r"[^\w.-]+"), short_hash(content)
    UPLOADS.keep(digest, {safe: content}, owner)
    return f"{SCHEME}{digest}/{safe}"


def keep_column(name: str, content: bytes, column: str, owner: str = "") -> tuple[str, ColumnText]:
    """Store the text of a column of a table that somebody brings, and return its spec with it; the table is not kept.

    Raises:
        UserError: uploads are switched off, it is too large, is no table or has no text there, or there is no room.
    """
    accept(name, content, "Take a part of it.")
    with on_disk("The table"), TemporaryDirectory(prefix="table-") as folder:
        place = Path(folder) / plain_name(name, "table", r"[^\w.-]+")
        place.write_bytes(content)
        found = read_column(place, column)
    return keep_text(column_name(name, found.column), found.text.encode(errors="replace"), owner), found


def column_name(table: str, column: str) -> str:
    """What the text of a column of a table is called.

    >>> column_name("a/news.csv", "Body")
    'news-Body.txt'
    """
    return f"{Path(table).stem}-{column}.txt"


def as_corpus(spec: str) -> str:
    """The spec of an uploaded text as a corpus.

    >>> as_corpus("upload:0123456789abcdef/notes.txt")
    'text:0123456789abcdef/notes.txt'
    """
    return AS_CORPUS + spec.removeprefix(SCHEME)


def text_path(name: str) -> Path:
    """The file that a plan names: an upload, or a path on this machine.

    Raises:
        UserError: nothing is stored under that name, or paths are switched off.
    """
    if not name.startswith(SCHEME):
        settings().refuse("file")
        return named_path(name)
    return UPLOADS.find(name.removeprefix(SCHEME))
