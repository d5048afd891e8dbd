"""Trained tokenizers, by name: where they lie under `TOKEN_ATLAS_HOME`. `core.training` makes them."""

import hashlib
import re
import shutil
from contextlib import suppress
from pathlib import Path

from core.common.errors import UnknownName, UserError, shown
from core.common.home import home

SCHEME = "trained"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_VOCABULARY = "tokenizer.json"
_OWNERS = "owners.txt"  # a line for each, hashed; without it a tokenizer is everybody's


def trained_names(owner: str | None = None) -> list[str]:
    """Names of those that are here, in order.

    Args:
        owner: leaves out what is others' alone; None for all.
    """
    names = sorted(path.parent.name for path in home(SCHEME).glob(f"[!.]*/{_VOCABULARY}"))
    return names if owner is None else [name for name in names if may_list(home(SCHEME) / name, owner)]


def trained_specs(owner: str | None = None) -> dict[str, str]:
    """Name by spec, of the same."""
    return {f"{SCHEME}:{name}": name for name in trained_names(owner)}


def note_owner(folder: Path, owner: str) -> None:
    """What lies in this new folder, or in one with owners, is this one's too; of an empty owner it is everybody's.

    >>> import tempfile
    >>> folder = Path(tempfile.mkdtemp())
    >>> note_owner(folder, "ann"); [may_list(folder, who) for who in ("ann", "bob")]
    [True, False]
    >>> note_owner(folder, ""); may_list(folder, "bob")
    True
    """
    path = folder / _OWNERS
    if not owner:
        path.unlink(missing_ok=True)
    elif _tag(owner) not in _owners(folder):
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{_tag(owner)}\n")


def has_owners(folder: Path) -> bool:
    """Is a trained tokenizer somebody's rather than everybody's?"""
    return bool(_owners(folder))


def may_list(folder: Path, owner: str) -> bool:
    """Does what lies in this folder stand in the lists of this one?"""
    found = _owners(folder)
    return not found or _tag(owner) in found


def _owners(folder: Path) -> list[str]:
    with suppress(OSError):
        return (folder / _OWNERS).read_text(encoding="utf-8").split()
    return []


def _tag(owner: str) -> str:
    return hashlib.sha256(owner.encode()).hexdigest()[:32]


def place_of(name: str) -> Path:
    """The folder of a name, whether it is there or not.

    Raises:
        UserError: nothing can be called so.
    """
    if not NAME.fullmatch(name):
        raise UserError(
            f"A trained tokenizer cannot be called {shown(name)}. Use up to 64 letters, digits, dots, hyphens and "
            "underscores, a letter or digit first."
        )
    return home(SCHEME) / name


def trained_folder(name: str) -> Path:
    """The folder of a trained tokenizer.

    Raises:
        UserError: there is none of this name; suggests the nearest.
    """
    if name not in trained_names():
        raise UnknownName("trained tokenizer", name, trained_names())
    return home(SCHEME) / name


def delete_trained(name: str) -> None:
    """Take a trained tokenizer away for good.

    Raises:
        UserError: there is none of this name.
    """
    folder = trained_folder(name)
    doomed = folder.with_name(f".gone-{name}")
    shutil.rmtree(doomed, ignore_errors=True)
    folder.rename(doomed)  # in one step, so that nobody finds a part of it
    shutil.rmtree(doomed, ignore_errors=True)
