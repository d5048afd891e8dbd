"""Writes files whole or not at all: a reader never sees half of one, and a killed writer leaves the old one."""

import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from core.common.errors import UserError, shown


def write_whole(path: Path, data: bytes) -> None:
    """Put `data` at `path` in one step; the folder must be there."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name[:32]}.")
    temporary = Path(name)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        temporary.replace(path)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """A folder to fill, which becomes `target` in one step when it is full; after an error there is nothing.

    Raises:
        UserError: the target is there already and holds something.
    """
    if target.exists() and (not target.is_dir() or any(target.iterdir())):
        raise UserError(f"{shown(str(target))} is there already. Name a folder that is new or empty.")
    target.parent.mkdir(parents=True, exist_ok=True)
    made = Path(tempfile.mkdtemp(dir=target.parent, prefix=f".{target.name[:32]}."))
    try:
        yield made
        made.chmod(0o755)
        made.replace(target)
    finally:
        shutil.rmtree(made, ignore_errors=True)


def refuse_existing(folder: Path) -> None:
    """Do nothing if a folder can be made there.

    Raises:
        UserError: something is there already, or there is no folder to put it into.
    """
    folder = folder.expanduser().absolute()
    if os.path.lexists(folder):
        raise UserError(f"{shown(str(folder))} exists. Nothing is overwritten: name a folder that is not there yet.")
    if not folder.parent.is_dir():
        raise UserError(f"There is no folder {shown(str(folder.parent))} to put {shown(folder.name)} into. Make it.")
