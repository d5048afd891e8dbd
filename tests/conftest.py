"""What all tests share: generated ones state facts, not times, and no test leaves another's program as `__main__`."""

import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from tests.package_index import Index, package_index

if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # the other cores have tests of their own

settings.register_profile("unhurried", deadline=None)  # a busy machine must not fail them
settings.load_profile("unhurried")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """In CI a test that fails is tried once more, beside whatever else runs there; the summary names those."""
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
