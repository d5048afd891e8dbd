"""Processes of our own: started with what they may know, bounded, heard within bounds, and ended with their kin."""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import pytest

from core.common.sandbox.answer import Answer, answer
from core.common.sandbox.pipes import AnswerTooLong, DeadlinePassed
from core.common.sandbox.start import bare_environment, environment_without_secrets, whole_environment
from tests.patience import patience

ROOT = Path(__file__).parents[1]
LINUX = pytest.mark.skipif(sys.platform != "linux", reason="a limit or a signal that only Linux has")


def asked(*what: str, seconds: float = 60, most_bytes: int = 2**20, **more: object) -> Answer:
    chosen = {"environment": bare_environment(), "folder": "/", **more}
    return answer("tests.sandbox_child", *what, seconds=seconds, most_bytes=most_bytes, **chosen)  # type: ignore[arg-type]


def ended(pid: int) -> bool:
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def soon(condition: Callable[[], bool], seconds: float = 10) -> bool:
    deadline = time.monotonic() + patience(seconds)
    while not condition() and time.monotonic() < deadline:
        time.sleep(0.02)
    return condition()


def test_no_other_module_of_core_starts_python() -> None:
    starts = re.compile(r"sys\.executable|RLIMIT|setitimer|PR_SET_PDEATHSIG|os\.fork\(|multiprocessing")
    found = {
        str(path.relative_to(ROOT)) for path in (ROOT / "core").rglob("*.py") if starts.search(path.read_text("utf-8"))
    }
    assert {path for path in found if not path.startswith("core/common/sandbox/")} == set()


@pytest.mark.parametrize("environment", [bare_environment, environment_without_secrets, whole_environment])
def test_a_process_knows_what_its_environment_says_and_no_more(
    environment: Callable[[], dict[str, str]], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HF_TOKEN", "PROXY_PASSWORD", "OF_NO_INTEREST"):
        monkeypatch.setenv(name, "a-value-of-mine")
    known = json.loads(asked("environment", environment=environment()).output)
    there = {"bare_environment": set(), "environment_without_secrets": {"OF_NO_INTEREST"}}
    usual = {"HF_TOKEN", "PROXY_PASSWORD", "OF_NO_INTEREST"}
    assert usual & set(known) == there.get(environment.__name__, usual)
    if environment is bare_environment:
        assert set(known) - set(bare_environment()) <= {"LC_CTYPE"}  # which Python sets itself


def test_an_answer_has_a_length() -> None:
    with pytest.raises(AnswerTooLong):
        asked("write_without_end")


@pytest.mark.parametrize("what", ["sleep", "close_output_and_stay"])
def test_an_answer_has_a_deadline(what: str) -> None:
    begun = time.monotonic()
    with pytest.raises(DeadlinePassed):
        asked(what, seconds=1, question=bytes(2**20))  # more than fits a pipe that nobody reads
    assert time.monotonic() - begun < patience(5)


def test_an_end_takes_what_was_started_with_it(tmp_path: Path) -> None:
    with pytest.raises(DeadlinePassed):
        asked("leave_forks_behind", str(tmp_path / "ids"), seconds=patience(5))
    assert all(soon(lambda pid=int(pid): ended(pid)) for pid in (tmp_path / "ids").read_text().split())


def test_a_crash_is_told_with_what_was_said() -> None:
    assert asked("crash") == Answer(b"so far\n", b"why it ended\n", -signal.SIGABRT)


@pytest.mark.parametrize(("what", "number"), [("spin", signal.SIGPROF), ("hang", signal.SIGALRM)])
def test_the_kernel_keeps_the_time(what: str, number: signal.Signals) -> None:
    assert asked(what).status == -number


@LINUX
def test_limits_hold(tmp_path: Path) -> None:
    assert asked("over_limits", str(tmp_path / "file")).output == b'["MemoryError", "OSError"]"OSError"\n'


@LINUX
def test_a_process_ends_with_the_one_that_asks(tmp_path: Path) -> None:
    script = f"from tests.test_sandbox import asked; asked('leave_forks_behind', {str(tmp_path / 'ids')!r})"
    with subprocess.Popen([sys.executable, "-c", script], cwd=ROOT) as asking:
        assert soon(lambda: (tmp_path / "ids").exists() and " " in (tmp_path / "ids").read_text(), 30)
        asking.kill()
    child, grandchild = map(int, (tmp_path / "ids").read_text().split())
    assert soon(lambda: ended(child))
    os.kill(grandchild, signal.SIGKILL)  # left the session and is not marked: not held back, as the package says
