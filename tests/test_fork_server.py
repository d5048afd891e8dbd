"""Jobs' processes are copies of one that has imported what they need, and are told apart all the same."""

import os
import signal
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from core.common.sandbox.fork_server import ForkedProcess, ForkServer
from core.common.sandbox.marked_processes import MarkedProcesses, kill_marked
from core.jobs.job import State
from core.jobs.queue import Jobs
from core.jobs.runner.worker import fork_server_of_jobs
from core.jobs.store.files import Json
from tests.jobs_home import PATIENCE, daemon_pid, finished, jobs_home, until

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="copies of processes are made on Linux only")


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("forks") / "home"
    with jobs_home(folder):
        yield folder


@pytest.fixture
def jobs(home: Path) -> Jobs:
    return Jobs()


@pytest.fixture
def forks(home: Path) -> Iterator[ForkServer]:
    """A server of this test's own; the kernel ends it with the test's process, and its channel with the test."""
    server = fork_server_of_jobs(home)
    yield server
    for process in servers(os.getpid()):
        process.kill()


def said(jobs: Jobs, **params: Json) -> dict[str, Json]:
    job = finished(jobs, jobs.submit("prepared", params, "ann"))
    result = jobs.store.get(job.key)
    assert result
    return dict(result.facts)


def servers(parent: int) -> list[psutil.Process]:
    running = [one for one in psutil.Process(parent).children() if one.status() != psutil.STATUS_ZOMBIE]
    return [one for one in running if "core.jobs.runner.fork_server_process" in one.cmdline()]


def begun(forks: ForkServer, mark: str, folder: Path) -> tuple[ForkedProcess, int]:
    """A copy that waits for what it is asked, and the end of its replies."""
    ours, theirs = os.pipe()
    folder.mkdir()
    (folder / "setup.json").write_text('{"kind": "prepared", "key": "a", "label": "", "params": {}, "inputs": [], '
                                       '"device": "cpu", "memory_mb": 512}')  # fmt: skip
    copy = forks.fork("prepared", mark, folder, theirs)
    os.close(theirs)
    return copy, ours


def marked(mark: str) -> list[int]:
    return [one.pid for one in MarkedProcesses().by_mark().get(mark, [])]


def test_what_is_imported_for_one_job_is_there_for_the_next(jobs: Jobs, home: Path) -> None:
    first, second = said(jobs, n=1), said(jobs, n=2)
    assert first["pid"] != second["pid"] and first["prepared_in"] == second["prepared_in"] == [first["parent"]]
    assert first["parent"] == second["parent"] in {one.pid for one in servers(daemon_pid(home))}
    assert first["leads"] and first["own_folder"] and second["own_folder"]


def test_a_job_with_secrets_gets_a_process_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_of_nobody")
    with jobs_home(tmp_path / "home"):
        jobs = Jobs()
        plain, secret = said(jobs), said(jobs, secret=True)
        assert plain["token"] == "" and secret["token"] == "hf_of_nobody"
        assert plain["prepared_in"] and not secret["prepared_in"]
        assert secret["parent"] == daemon_pid(tmp_path / "home")


def test_where_a_library_starts_a_thread_jobs_get_processes_of_their_own(tmp_path: Path) -> None:
    with jobs_home(tmp_path / "home"):
        jobs = Jobs()
        result = jobs.store.get(finished(jobs, jobs.submit("threaded", {}, "ann")).key)
        assert result and result.facts["parent"] == daemon_pid(tmp_path / "home")
        log = (tmp_path / "home" / "store" / "daemon.log").read_text()
        assert log.count("This process cannot be copied: a library started a thread.") == 1


def test_a_server_that_is_killed_takes_its_copies_along_and_the_job_is_begun_again(
    jobs: Jobs, home: Path, gate: Path
) -> None:
    job = jobs.submit("prepared", {"gate": str(gate)}, "ann")
    until(lambda: "begun" in jobs.log(job.key), PATIENCE)
    here = [p for server in servers(daemon_pid(home)) for p in [server, *server.children()]]
    for server in servers(daemon_pid(home)):
        server.kill()
    until(lambda: not any(p.is_running() and p.status() != psutil.STATUS_ZOMBIE for p in here), PATIENCE)
    until(lambda: jobs.log(job.key).count("begun") == 2, PATIENCE)
    gate.touch()
    assert jobs.wait(job.key, PATIENCE).state is State.DONE


def test_a_server_that_ends_while_nothing_runs_is_started_again(tmp_path: Path) -> None:
    with jobs_home(tmp_path / "home"):
        jobs = Jobs()
        first = said(jobs, n=1)
        psutil.Process(int(str(first["parent"]))).kill()
        second = said(jobs, n=2)
        assert second["prepared_in"] == [second["parent"]] != [first["parent"]]


def test_each_copy_has_its_mark_and_its_end(forks: ForkServer, tmp_path: Path) -> None:
    (one, replies), (other, others) = (begun(forks, f"{n}" * 29, tmp_path / n) for n in "12")
    until(lambda: (one.poll(), other.poll()) == (None, None) and one.pid and other.pid)
    until(lambda: marked("1" * 29) == [one.pid] and marked("2" * 29) == [other.pid])
    kill_marked("1" * 29)
    until(lambda: one.poll() == -signal.SIGKILL)
    assert other.poll() is None and marked("2" * 29) == [other.pid]
    other.stdin.close()
    assert other.wait() == 0, "it ends when nothing more can be asked"
    for file in (replies, others):
        os.close(file)


def test_one_that_is_ended_before_it_began_is_gone(forks: ForkServer, tmp_path: Path) -> None:
    copy, replies = begun(forks, "3" * 29, tmp_path / "3")
    assert not copy.pid
    copy.end()
    assert copy.poll() == -signal.SIGKILL
    after, others = begun(forks, "4" * 29, tmp_path / "4")
    until(lambda: bool(after.poll() is None and after.pid))
    until(lambda: not marked("3" * 29))
    after.end()
    assert after.poll() == -signal.SIGKILL and not marked("4" * 29)
    for file in (replies, others):
        os.close(file)


def test_where_no_copy_can_be_marked_none_is_made(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("core.common.sandbox.fork_server.for_copies", dict)  # nobody may write there
    forks = fork_server_of_jobs(home)
    copy, replies = begun(forks, "7" * 29, tmp_path / "7")
    until(lambda: copy.poll() == -signal.SIGKILL)
    assert not forks.works and not servers(os.getpid())
    os.close(replies)


def test_after_two_that_ended_of_themselves_none_is_started(forks: ForkServer, tmp_path: Path) -> None:
    for n in "56":
        assert forks.works
        copy, replies = begun(forks, n * 29, tmp_path / n)
        for server in servers(os.getpid()):
            server.kill()
        until(lambda ended=copy: ended.poll() == -signal.SIGKILL)
        os.close(replies)
    assert not forks.works
