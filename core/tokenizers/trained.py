"""Trained tokenizers, by name: where they lie under `TOKEN_ATLAS_HOME`. `core.training` makes them."""

import re
import shutil
from pathlib import Path

from core.common.errors import UnknownName, UserError, shown
from core.common.home import home

SCHEME = "trained"
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_VOCABULARY = "tokenizer.json"


def trained_names() -> list[str]:
    """Names of those that are here, in order."""
    return sorted(path.parent.name for path in home(SCHEME).glob(f"[!.]*/{_VOCABULARY}"))


def trained_specs() -> dict[str, str]:
    """Name by spec."""
    return {f"{SCHEME}:{name}": name for name in trained_names()}


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
