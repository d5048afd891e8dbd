"""Uploads, kept by content: each in a folder named by its hash, whole or not at all; the oldest make room.

A spec names one as `upload:HASH/NAME`. What kinds of files a room of the program takes, and by which hash, is told
where that room keeps them; what is common to them is here.
"""

import hashlib
import re
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from core.common.errors import TooLarge, UserError, shown
from core.common.home import home
from core.common.settings import settings

KEPT_BYTES = 2 * 2**30  # all uploads of a store together
_HASH = re.compile(r"[0-9a-f]{16}")


class Uploads:
    """The uploads in one folder under `TOKEN_ATLAS_HOME`."""

    def __init__(self, *folder: str) -> None:
        self._parts = folder

    @property
    def folder(self) -> Path:
        """Where they are."""
        return home(*self._parts)

    def keep(self, digest: str, files: Mapping[str, bytes]) -> None:
        """Keep files.

        Args:
            digest: 16 hex digits that stand for the content.
            files: content by safe name.
        """
        with self.checked(digest, files):
            pass

    @contextmanager
    def checked(self, digest: str, files: Mapping[str, bytes]) -> Iterator[Path]:
        """A folder with the files to look at; they are kept if the block raises nothing."""
        with tempfile.TemporaryDirectory(dir=self.folder, prefix=".new-") as temporary:
            for name, content in files.items():
                (Path(temporary) / name).write_bytes(content)
            yield Path(temporary)
            _put(Path(temporary), self.folder / digest)
        self._make_room(digest)

    def find(self, rest: str) -> Path:
        """The file that `upload:` + rest names; used now, it is the last to make room.

        Raises:
            UserError: nothing is stored under that name; says how to get it back.
        """
        digest, _, name = rest.partition("/")
        if not _HASH.fullmatch(digest) or name in ("", ".", "..") or re.search(r"[/\\\0]", name):
            raise UserError(
                f"{shown('upload:' + rest)} does not name an upload and is not stored here. Upload the file again."
            )
        path = self.folder / digest / name
        if not path.is_file():
            raise UserError(f"The upload {shown(name)} is no longer stored here. Upload the file again.")
        with suppress(OSError):
            path.parent.touch()
        return path

    def _make_room(self, newest: str) -> None:
        """Drop the uploads that were not used for longest while all together are over the limit."""
        folders = [folder for folder in self.folder.iterdir() if _HASH.fullmatch(folder.name)]
        sizes = {folder: sum(path.stat().st_size for path in folder.iterdir()) for folder in folders}
        total = sum(sizes.values())
        for folder in sorted(sizes, key=lambda folder: folder.stat().st_mtime):
            if total <= KEPT_BYTES:
                return
            if folder.name != newest:
                shutil.rmtree(folder, ignore_errors=True)
                total -= sizes[folder]


def _put(new: Path, target: Path) -> None:
    """Make a folder the target, in one step; where that is there, its content is the same but for file names."""
    try:
        new.rename(target)
    except OSError:  # it was uploaded before, or by another session meanwhile
        for path in list(new.iterdir()):
            path.replace(target / path.name)


def accept(name: str, content: bytes, instead: str) -> None:
    """Do nothing if an upload of one file may be taken.

    Args:
        instead: what to do where it is too large.

    Raises:
        UserError: uploads are switched off.
        TooLarge: more bytes than allowed.
    """
    settings().refuse("upload")
    limit = settings().upload_mb * 2**20
    if len(content) > limit:
        raise TooLarge(
            f"{shown(name)} has {len(content) / 2**20:,.0f} MB; uploads may have {limit / 2**20:,.0f} MB "
            f"(TOKEN_ATLAS_UPLOAD_MB). {instead}"
        )


def short_hash(*contents: bytes) -> str:
    """16 hex digits that stand for these bytes, one after the other."""
    digest = hashlib.sha256()
    for content in contents:
        digest.update(content)
    return digest.hexdigest()[:16]


def plain_name(name: str, usual: str, unsafe: str, ending: str = "") -> str:
    """A file name without folders and with `_` for what is unsafe; `usual` where nothing is left of it.

    Args:
        unsafe: a regular expression.
        ending: what to end with instead of the name's own ending of this length.

    >>> plain_name("../a b.CSV", "corpus", r"[^A-Za-z0-9._-]+", ".csv"), plain_name("...", "text", r"[^\\\\w.-]+")
    ('a_b.csv', 'text')
    """
    last = re.split(r"[/\\]", name)[-1]
    stem = re.sub(unsafe, "_", last[: len(last) - len(ending)]).strip("._")[:60]
    return (stem or usual) + ending
