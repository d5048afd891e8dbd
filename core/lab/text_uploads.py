"""Keeps uploaded plain text by content; its spec is `upload:HASH/NAME`, and plans name it so."""

import hashlib
import re
from pathlib import Path

from core.common.atomic import write_whole
from core.common.errors import TooLarge, UserError, shown
from core.common.home import home
from core.common.plain_text import decoded
from core.common.settings import settings
from core.corpora.uploads import make_room

SCHEME = "upload:"
_HASH = re.compile(r"[0-9a-f]{16}")
_UNSAFE = re.compile(r"[^\w.-]+")


def keep_text(name: str, content: bytes) -> str:
    """Store a text and return its spec; what is no UTF-8 text is not stored.

    Raises:
        UserError: uploads are switched off, it is too large, holds nothing, or is no text.
    """
    settings().refuse("upload")
    limit = settings().upload_mb * 2**20
    if len(content) > limit:
        raise TooLarge(
            f"{shown(name)} has {len(content) / 2**20:,.0f} MB; uploads may have {limit / 2**20:,.0f} MB "
            "(TOKEN_ATLAS_UPLOAD_MB). Take a part of it."
        )
    if not decoded(content, name).strip():
        raise UserError(f"{shown(name)} holds no text. Upload a file with some.")
    safe = _safe_name(name)
    digest = hashlib.sha256(content).hexdigest()[:16]
    write_whole(home("texts", "uploads", digest) / safe, content)
    make_room(home("texts", "uploads"), home("texts", "uploads", digest))
    return f"{SCHEME}{digest}/{safe}"


def text_path(name: str) -> Path:
    """The file that a plan names: an upload, or a path on this machine.

    Raises:
        UserError: nothing is stored under that name, or paths are switched off.
    """
    if not name.startswith(SCHEME):
        settings().refuse("file")
        return Path(name).expanduser()
    digest, _, safe = name.removeprefix(SCHEME).partition("/")
    path = home("texts", "uploads") / digest / safe
    if not _HASH.fullmatch(digest) or not safe or _safe_name(safe) != safe or not path.is_file():
        raise UserError(f"{shown(name)} is not stored here. Upload the file again.")
    return path


def _safe_name(name: str) -> str:
    """A file name without folders or odd characters.

    >>> _safe_name("../a b.txt"), _safe_name("...")
    ('a_b.txt', 'text')
    """
    return _UNSAFE.sub("_", re.split(r"[/\\]", name)[-1]).strip("._")[:60] or "text"
