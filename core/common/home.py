"""Where Token Atlas keeps what it can compute again: vetting records, uploads, results."""

import os
import sys
from contextlib import suppress
from pathlib import Path


def home(*parts: str) -> Path:
    """A folder under `TOKEN_ATLAS_HOME`, made if it is not there, unless nothing can be: then whoever writes says so.

    Without the variable it is `token-atlas` in the user's cache directory: `XDG_CACHE_HOME` or `~/.cache`, and
    `~/Library/Caches` on macOS.
    """
    folder = _root().joinpath(*parts)
    with suppress(OSError):
        folder.mkdir(parents=True, exist_ok=True)
    return folder


def _root() -> Path:
    chosen = os.environ.get("TOKEN_ATLAS_HOME")
    if chosen:
        return Path(chosen).expanduser()
    cache = os.environ.get("XDG_CACHE_HOME")
    if cache:
        return Path(cache).expanduser() / "token-atlas"
    usual = Path("Library", "Caches") if sys.platform == "darwin" else Path(".cache")
    return Path.home() / usual / "token-atlas"
