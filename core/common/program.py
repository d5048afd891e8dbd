"""How this program is called: by its command where it was installed, as a module in a checkout."""

import importlib.metadata
import tomllib

from core.common.data_folders import ROOT

INSTALLED = (ROOT / "__init__.py").exists()  # the launcher's place in the wheel; a checkout has none
PROGRAM = "token-atlas" if INSTALLED else "python -m core"


def _version() -> str:
    if INSTALLED:
        return importlib.metadata.version("token-atlas")
    version: str = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    return version


VERSION = _version()


def installing(extra: str = "") -> str:
    """The command that installs what the program needs, or what an optional part of it needs: "ray", "login"."""
    if INSTALLED:
        return f"pip install 'token-atlas[{extra}]'" if extra else "pip install --force-reinstall token-atlas"
    return f"pip install -r requirements{'-' * bool(extra)}{extra}.txt -c constraints.txt"
