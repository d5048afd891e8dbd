"""Whose uploads are whose, and how room is made for a new one: of their own, never of what others use.

In the folder `owners` of a store of uploads, each owner has a folder named by a hash, with an empty file per upload.
"""

import hashlib
import shutil
import time
from collections import defaultdict
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from core.common.errors import TooLarge, UserError
from core.common.settings import settings

FOLDER = "owners"
UNUSED_SECONDS = 30 * 86_400.0  # after which an upload may make room for anybody's


@dataclass(frozen=True)
class _Upload:
    """One upload as it lies there: bytes, when it was last used, and the owners' tags."""

    folder: Path
    n_bytes: int
    used: float
    owners: frozenset[str]


class UploadOwners:
    """The owners of the uploads in one folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(self, owner: str, digest: str) -> Path:
        """Note that an upload is somebody's; the note, to be taken away again should the upload not be kept."""
        note = self.folder / FOLDER / _tag(owner) / digest
        note.parent.mkdir(parents=True, exist_ok=True)
        note.touch()
        return note

    def make_room(self, owner: str, digest: str, n_bytes: int) -> None:
        """Drop what nobody has used for a month or owns, and the owner's oldest, as far as a new upload needs the room.

        Raises:
            TooLarge: it alone is more than one person may keep.
            UserError: the others' uploads take all there is; says what to do. Nothing was dropped.
        """
        each, together = (int(mb * 2**20) for mb in (settings().kept_mb, settings().kept_all_mb))
        if n_bytes > each:
            raise TooLarge(
                f"The upload has {n_bytes / 2**20:,.1f} MB; one person may keep {each / 2**20:,.1f} MB here "
                "(TOKEN_ATLAS_KEPT_MB). Take a part of it."
            )
        there = sorted((one for one in self._there() if one.folder.name != digest), key=lambda one: one.used)
        tag, total = _tag(owner), n_bytes + sum(one.n_bytes for one in there)
        mine = n_bytes + sum(one.n_bytes for one in there if tag in one.owners)
        long_ago = time.time() - UNUSED_SECONDS
        doomed, left = [], []
        for one in there:
            if tag in one.owners and mine > each:
                mine -= one.n_bytes
                left.append(one)
                if one.owners == {tag}:
                    total -= one.n_bytes
                    doomed.append(one)
        nobodys = [one for one in there if not one.owners or one.used < long_ago]
        for one in (*nobodys, *(one for one in there if one.owners == {tag})):
            if total > together and one not in doomed:
                total -= one.n_bytes
                doomed.append(one)
        if total > together:
            raise UserError(
                f"The uploads of all visitors may take {together / 2**20:,.1f} MB here (TOKEN_ATLAS_KEPT_ALL_MB), and "
                "others use that. Ask whoever runs this server for more, or name a Hub id."
            )
        for one in left:
            (self.folder / FOLDER / tag / one.folder.name).unlink(missing_ok=True)
        for one in doomed:
            shutil.rmtree(one.folder, ignore_errors=True)
            for whose in one.owners:
                (self.folder / FOLDER / whose / one.folder.name).unlink(missing_ok=True)

    def _there(self) -> list[_Upload]:
        owners = defaultdict(set)
        for note in (self.folder / FOLDER).glob("*/*"):
            owners[note.name].add(note.parent.name)
        found = []
        for folder in self.folder.iterdir():
            if folder.name == FOLDER or folder.name.startswith("."):
                continue
            with suppress(FileNotFoundError):  # another session has just dropped it
                n_bytes = sum(path.stat().st_size for path in folder.iterdir())
                found.append(_Upload(folder, n_bytes, folder.stat().st_mtime, frozenset(owners[folder.name])))
        return found


def _tag(owner: str) -> str:
    return hashlib.sha256(owner.encode()).hexdigest()[:16]
