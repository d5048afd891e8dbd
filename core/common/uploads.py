"""Uploads, kept by content: each in a folder named by its hash, whole or not at all; the owner's oldest make room.

A spec names one as `upload:HASH/NAME`. What kinds of files a room of the program takes, and by which hash, is told
where that room keeps them; what is common to them is here.
"""

import hashlib
import re
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path

from core.common.disk import on_disk
from core.common.errors import TooLarge, UserError, shown
from core.common.home import home
from core.common.numbers import count
from core.common.settings import settings
from core.common.upload_owners import UploadOwners

_UNFINISHED, _UNFINISHED_SECONDS = ".new-", 3600.0
_HASH = re.compile(r"[0-9a-f]{16}")


class Uploads:
    """The uploads in one folder under `TOKEN_ATLAS_HOME`."""

    def __init__(self, *folder: str) -> None:
        self._parts = folder

    @property
    def folder(self) -> Path:
        """Where they are."""
        return home(*self._parts)

    def keep(self, digest: str, files: Mapping[str, bytes], owner: str = "") -> None:
        """Keep files.

        Args:
            digest: 16 hex digits that stand for the content.
            files: content by safe name.
            owner: whose they are; only theirs make room for them.

        Raises:
            UserError: there is no room, on the disk or for this owner.
        """
        with self.checked(digest, files, owner):
            pass

    @contextmanager
    def checked(self, digest: str, files: Mapping[str, bytes], owner: str = "") -> Iterator[Path]:
        """A folder with the files to look at; they are kept if the block raises nothing, as by `keep`."""
        with on_disk("The upload"):
            temporary = Path(tempfile.mkdtemp(dir=self.folder, prefix=_UNFINISHED))
        try:
            with on_disk("The upload"):
                for name, content in files.items():
                    (temporary / name).write_bytes(content)
            yield temporary
            with on_disk("The upload"):
                self._keep(temporary, digest, sum(map(len, files.values())), owner)
        finally:
            shutil.rmtree(temporary, ignore_errors=True)

    def _keep(self, temporary: Path, digest: str, n_bytes: int, owner: str) -> None:
        self._sweep()
        owners = UploadOwners(self.folder)
        owners.make_room(owner, digest, n_bytes)
        note = owners.add(owner, digest)
        try:
            _put(temporary, self.folder / digest)
        except BaseException:
            note.unlink(missing_ok=True)
            raise

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

    def _sweep(self) -> None:
        """Remove what killed writers left unfinished."""
        long_ago = time.time() - _UNFINISHED_SECONDS
        for folder in self.folder.glob(f"{_UNFINISHED}*"):
            with suppress(OSError):
                if folder.stat().st_mtime < long_ago:
                    shutil.rmtree(folder, ignore_errors=True)


def _put(new: Path, target: Path) -> None:
    """Make a folder the target, in one step; where that is there, its content is the same but for file names."""
    try:
        new.rename(target)
    except OSError:
        if not target.is_dir():
            raise
        # It was uploaded before, or by another session meanwhile.
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
            f"{shown(name)} has {count(len(content) / 2**20)} MB; uploads may have {count(limit / 2**20)} MB "
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
