"""The models that Keep wrote into folders of this program's own: how much room they take, and how they are deleted."""

import shutil
import time
from collections.abc import Collection
from contextlib import suppress
from pathlib import Path

from core.common.home import home


def place() -> Path:
    """Where they are; one folder each."""
    return home("models", "written")


def unfinished() -> Path:
    """Where one is written until it is whole."""
    return home("models", "unfinished")


def written_bytes() -> int:
    """Bytes of all of them."""
    return sum(map(_size, _folders()))


def prune_written(older_seconds: float, only: Collection[str] | None, never: Collection[str]) -> int:
    """Delete those that were written so many seconds ago or before; the bytes freed.

    Args:
        only: names of those that may go, None for all.
        never: names of those that stay.
    """
    freed, now = 0, time.time()
    for folder in _folders():
        with suppress(OSError):  # another session was quicker
            allowed = (only is None or folder.name in only) and folder.name not in never
            if allowed and now - folder.stat().st_mtime >= older_seconds:
                n_bytes = _size(folder)
                shutil.rmtree(folder)
                freed += n_bytes
    return freed


def _folders() -> list[Path]:
    """None where the place of them could not be made."""
    return list(place().iterdir()) if place().is_dir() else []


def _size(folder: Path) -> int:
    n_bytes = 0
    for path in folder.rglob("*"):
        with suppress(OSError):
            n_bytes += path.stat().st_size
    return n_bytes
