"""What all tests share: they state facts, not times, and no test leaves another's program as `__main__`."""

import gc
import os
import sys
import tempfile
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import settings

from core.common.garbage import RARELY
from tests.package_index import Index, package_index

gc.set_threshold(100_000)  # what is imported while tests are collected stays: a tenth of that time was collecting

if "PYTEST_XDIST_WORKER" in os.environ:
    os.environ.setdefault("OMP_NUM_THREADS", "1")  # the other cores have tests of their own

if "TOKEN_ATLAS_HOME" not in os.environ:  # neither what lies in the developer's counts, nor is anything left there
    HOME = tempfile.TemporaryDirectory(prefix="token-atlas-tests-", ignore_cleanup_errors=True)
    os.environ["TOKEN_ATLAS_HOME"] = HOME.name  # of the processes that share the tests as well

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
LONG = ("browser", "slow", "thorough")  # marks of what takes long, most first


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark the files that `make quick` leaves out; in CI, try what fails once more, which the summary says."""
    for item in items:
        if item.path in THOROUGH:
            item.add_marker(pytest.mark.thorough)
    if "PYTEST_XDIST_WORKER" in os.environ:
        long_files_first(items)
    if os.environ.get("CI", "").lower() == "true":
        for item in items:
            item.add_marker(pytest.mark.flaky(reruns=1))


def pytest_collection_finish() -> None:
    """What was imported is there to stay: no collection of garbage walks over its half a million objects again.

    With Python's threshold of 700 objects collections take a tenth of the time of tests of vocabularies.
    """
    gc.collect()
    gc.freeze()
    gc.set_threshold(RARELY)


def long_files_first(items: list[pytest.Item]) -> None:
    """So that no process is left alone with a long file at the end; `--no-loadscope-reorder` keeps this order."""
    n_tests = Counter(item.path for item in items)
    ranks = dict.fromkeys(n_tests, len(LONG))
    for item in items:
        ranks[item.path] = min(ranks[item.path], _rank(item))
    items.sort(key=lambda item: (ranks[item.path], -n_tests[item.path], item.path))


def _rank(item: pytest.Item) -> int:
    return min((LONG.index(mark.name) for mark in item.iter_markers() if mark.name in LONG), default=len(LONG))


@pytest.fixture(autouse=True)
def main_module() -> Iterator[None]:
    """AppTest leaves the page as `__main__`, which worker processes started later would run again."""
    kept = sys.modules["__main__"]
    yield
    sys.modules["__main__"] = kept


@pytest.fixture
def no_trial(monkeypatch: pytest.MonkeyPatch) -> None:
    """Files that are known to be good are not tried in a process of their own, which takes a second each."""
    monkeypatch.setenv("TOKEN_ATLAS_VET", "off")


@pytest.fixture(scope="module")
def one_server() -> Iterator[None]:
    """The tests of a file are visitors of one server: what pages share is computed once, and forgotten at the end."""
    yield
    from tests.pages import forget  # late: most tests need no Streamlit

    forget()


@pytest.fixture(scope="module")
def looks_here() -> Iterator[None]:
    """The form of the lab looks at its plans in this process; tests/test_serving.py has it look from one of its own.

    That one imports torch, which is here already: five seconds of processor time for each look.
    """
    from core.lab.look_process import look

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("components.cached.lab.look_apart", look)
        patch.setattr("components.cached.lab.prepare", lambda: None)
        yield


@pytest.fixture
def own_server() -> Iterator[None]:
    """The test is the first visitor of a server, and its last."""
    from tests.pages import forget

    forget()
    yield
    forget()


@pytest.fixture
def gate(tmp_path: Path) -> Iterator[Path]:
    """Work that was given this path waits there until the file is made, at the latest when the test is over."""
    yield tmp_path / "gate"
    (tmp_path / "gate").unlink(missing_ok=True)
    (tmp_path / "gate").touch()


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
