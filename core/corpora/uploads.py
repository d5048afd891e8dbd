"""Keeps uploaded parallel text by content, once it has been read without complaint."""

import hashlib
import re
import tempfile
from pathlib import Path

from core.common.errors import TooLarge, UserError, shown
from core.common.home import home
from core.common.settings import settings
from core.corpora.facts import CorpusFacts, examined
from core.corpora.sources.file import ENDINGS

MAX_UPLOADS_BYTES = 2 * 2**30  # all together; the oldest make room
_HASH = re.compile(r"[0-9a-f]{16}")
_UNSAFE = re.compile(r"[^A-Za-z0-9._-]+")


def keep_corpus(name: str, content: bytes) -> CorpusFacts:
    """Look what is in an upload and store it; its spec is `upload:HASH/NAME`. What cannot be read is not stored.

    Args:
        name: as the browser sent it; only its ending and harmless characters are used.

    Raises:
        UserError: uploads are switched off, or the content is no parallel text.
        TooLarge: more bytes than allowed.
    """
    settings().refuse("upload")
    limit = settings().upload_mb * 2**20
    if len(content) > limit:
        raise TooLarge(
            f"{shown(name)} has {len(content) / 2**20:,.0f} MB; uploads may have {limit / 2**20:,.0f} MB "
            "(TOKEN_ATLAS_UPLOAD_MB). Compress it into a .zip, or take fewer sentences."
        )
    safe = _safe_name(name)
    rest = f"{hashlib.sha256(safe.encode() + content).hexdigest()[:16]}/{safe}"
    folder = home("corpora", "uploads")
    with tempfile.TemporaryDirectory(dir=folder, prefix=".new-") as temporary:
        path = Path(temporary) / safe
        path.write_bytes(content)
        facts = examined(f"upload:{rest}", path)
        target = folder / rest.partition("/")[0]
        target.mkdir(exist_ok=True)
        path.replace(target / safe)
    make_room(folder, target)
    return facts


def kept_corpus(rest: str) -> Path:
    """The stored file that `upload:` + rest names.

    Raises:
        UserError: nothing is stored under that name.
    """
    digest, _, name = rest.partition("/")
    path = home("corpora", "uploads") / digest / name
    if not _HASH.fullmatch(digest) or not name or _safe_name(name) != name or not path.is_file():
        raise UserError(f"{shown('upload:' + rest)} is not stored here. Upload the file again.")
    path.parent.touch()
    return path


def _safe_name(name: str) -> str:
    """A file name without folders or odd characters, with the ending it came with.

    >>> _safe_name("../a b.CSV"), _safe_name("x/….tar.gz")
    ('a_b.csv', 'corpus.tar.gz')
    """
    last = re.split(r"[/\\]", name)[-1]
    ending = next((e for e in ENDINGS if last.lower().endswith(e)), "")
    stem = _UNSAFE.sub("_", last[: len(last) - len(ending)]).strip("._")[:60]
    return (stem or "corpus") + ending


def make_room(folder: Path, newest: Path) -> None:
    """Drop the uploads that were not used for longest while all together are over the limit."""
    sizes = {f: sum(p.stat().st_size for p in f.iterdir()) for f in folder.iterdir() if _HASH.fullmatch(f.name)}
    total = sum(sizes.values())
    for old in sorted(sizes, key=lambda f: f.stat().st_mtime):
        if total <= MAX_UPLOADS_BYTES or old == newest:
            return
        for path in old.iterdir():
            path.unlink(missing_ok=True)
        old.rmdir()
        total -= sizes[old]
