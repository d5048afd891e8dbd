"""Keeps uploaded plain text by content; its spec is `upload:HASH/NAME`, and plans name it so."""

from pathlib import Path

from core.common.errors import UserError, shown
from core.common.plain_text import decoded
from core.common.settings import settings
from core.common.uploads import Uploads, accept, plain_name, short_hash

SCHEME = "upload:"
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


def text_path(name: str) -> Path:
    """The file that a plan names: an upload, or a path on this machine.

    Raises:
        UserError: nothing is stored under that name, or paths are switched off.
    """
    if not name.startswith(SCHEME):
        settings().refuse("file")
        return Path(name).expanduser()
    return UPLOADS.find(name.removeprefix(SCHEME))
