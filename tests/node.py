"""What node brings to the tests: packages of package-lock.json, and the programs among them."""

import os
import shutil
from pathlib import Path
from typing import NoReturn

import pytest

ROOT = Path(__file__).parents[1]
CI = os.environ.get("CI", "").lower() == "true"


def missing(reason: str) -> NoReturn:
    """Skip the test for this reason; fail where CI=true, which installs everything."""
    if CI:
        pytest.fail(reason)
    pytest.skip(reason)


def node() -> str:
    """Path of node."""
    found = shutil.which("node")
    if not found:
        missing("node is not installed (apt-get install npm)")
    return found


def package(name: str) -> Path:
    """Folder of an installed npm package."""
    folder = ROOT / "node_modules" / name
    if not folder.exists():
        missing(f"{name} is not installed (npm ci)")
    return folder
