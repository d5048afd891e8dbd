"""What all tests share: they state facts, not times, and no test leaves another's program as `__main__`."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.package_index import Index, package_index

if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # the other cores have tests of their own

# Limits that no test means unless it sets them: a busy machine must not reach them.
os.environ.setdefault("TOKEN_ATLAS_CHILD_SECONDS", "60")

settings.register_profile("unhurried", deadline=None)  # a busy machine must not fail them
settings.load_profile("unhurried")


ROOT = Path(__file__).parents[1]
THOROUGH = {
    ROOT / line
    for line in (ROOT / "tests" / "thorough.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the files that `make quick` leaves out; in CI, try what fails once more, which the summary says."""
    for item in items:
        if item.path in THOROUGH:
            item.add_marker(pytest.mark.thorough)
    if os.environ.get("CI", "").lower() == "true":
        for item in items:
            item.add_marker(pytest.mark.flaky(reruns=1))


@pytest.fixture(autouse=True)
def main_module() -> Iterator[None]:
    """AppTest leaves the page as `__main__`, which worker processes started later would run again."""
    kept = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = kept


@pytest.fixture
def index(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[Index]:
    """A registry of packages, the only one that pip and npm know here; nothing is kept from before."""
    with package_index() as running:
        for name, value in {
            "TOKEN_ATLAS_HOME": str(tmp_path / "home"),
            "PIP_CONFIG_FILE": "/dev/null",
            "PIP_INDEX_URL": f"{running.address}/simple",
            "PIP_EXTRA_INDEX_URL": "",
            "PIP_FIND_LINKS": "",
            "PIP_NO_CACHE_DIR": "1",
            "NPM_CONFIG_REGISTRY": f"{running.address}/",
            "NPM_CONFIG_USERCONFIG": "/dev/null",
        }.items():
            monkeypatch.setenv(name, value)
        yield running
