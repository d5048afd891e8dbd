"""Jobs on a disk that is full, or read-only: one sentence of why, nothing half-written, and advice that works."""

import subprocess
from collections.abc import Iterator
from pathlib import Path
from shutil import disk_usage

import numpy as np
import pytest

from core.jobs.job import State
from core.jobs.queue import Jobs
from core.jobs.store.index import READ_ONLY_STORE, StoreError
from tests.jobs_home import PATIENCE, expected, finished, jobs_home, kill_daemon, until
from tests.mounts import disk_of, read_only
from tests.pages import forget, opened


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A home on a file system of three megabytes."""
    with disk_of("3m", tmp_path / "mount") as folder, jobs_home(folder):
        yield folder


def fill(disk: Path, left: int) -> Path:
    """A file that leaves so many bytes."""
    ballast = disk / "ballast"
    ballast.write_bytes(bytes(disk_usage(disk).free - left))
    return ballast


def test_full_disk_fails_the_job_and_loses_nothing(small_disk: Path) -> None:
    jobs = Jobs()
    before = finished(jobs, jobs.submit("steps", {"steps": 2}, "ann"))
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(600_000))  # first: the job fills the rest within a moment
    big = jobs.submit("steps", {"steps": 400}, "ann")
    job = jobs.wait(big.key, PATIENCE)
    assert job.state is State.FAILED
    assert "disk is full" in job.message
    ballast.unlink()
    jobs.delete(big.key)
    finished(jobs, jobs.submit("steps", {"steps": 3}, "ann"))
    assert np.array_equal(jobs.result(before.key).arrays["values"], expected(2))


@pytest.mark.parametrize("left", [20_000, 150_000])
def test_a_disk_that_is_full_before_anything_runs_is_said_and_room_lets_it_go_on(
    left: int, small_disk: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The process that runs jobs died of the line in its log that says that it serves, and the job waited for ever."""
    jobs = Jobs()
    with monkeypatch.context() as patch:
        patch.setattr("core.jobs.queue.ensure_daemon", lambda *_: None)
        key = jobs.submit("steps", {"steps": 40}, "ann").key
    ballast = fill(small_disk, left)
    until(lambda: jobs.get(key).state is State.FAILED or jobs.stuck)
    job = jobs.get(key)
    said = job.message or jobs.stuck
    assert "disk is full. Delete results on the Runs page" in said
    assert not list((small_disk / "scratch").glob("*")) and not list((small_disk / "store" / "tmp").glob("*"))
    ballast.unlink()
    jobs.wait(jobs.resume(key).key, PATIENCE)  # where the disk was too full to write that it failed, that comes first
    finished(jobs, jobs.resume(key))
    assert np.array_equal(jobs.result(key).arrays["values"], expected(40)) and not jobs.stuck


def test_a_job_that_was_killed_on_a_full_disk_says_so_and_goes_on_with_room(small_disk: Path, tmp_path: Path) -> None:
    """It seemed to run for ever: that it did not could not be written."""
    jobs, gate = Jobs(), tmp_path / "gate"
    key = jobs.submit("steps", {"steps": 4, "free": 2, "gate": str(gate)}, "ann").key
    until(lambda: jobs.get(key).done >= 20)
    kill_daemon(small_disk)
    ballast = fill(small_disk, 0)
    until(lambda: jobs.get(key).state is State.RUNNING and "disk is full. Delete results" in jobs.stuck)
    ballast.unlink()
    until(lambda: jobs.get(key).state is State.INTERRUPTED)
    gate.touch()
    finished(jobs, jobs.resume(key))
    assert np.array_equal(jobs.result(key).arrays["values"], expected(4)) and not jobs.stuck


def test_read_only_store_gives_results_and_takes_no_jobs(small_disk: Path) -> None:
    jobs = Jobs()
    job = finished(jobs, jobs.submit("steps", {"steps": 2}, "ann"))
    kill_daemon(small_disk)
    jobs.store.index.close()
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    assert np.array_equal(jobs.result(job.key).arrays["values"], expected(2))
    assert jobs.submit("steps", {"steps": 2}, "ann").state is State.DONE
    assert [each.key for each in jobs.newest()] == [job.key]
    with pytest.raises(StoreError, match="read-only"):
        jobs.submit("steps", {"steps": 3}, "ann")
    assert jobs.stuck.startswith("The store is read-only."), "what was under way when it became so comes no further"
    subprocess.run(["mount", "-o", "remount,rw", str(small_disk)], check=True)


def test_a_home_that_becomes_read_only_under_a_job_is_said_and_it_goes_on_afterwards(tmp_path: Path) -> None:
    """Runs ended in a traceback where no model had been written before, since its folder could not be made."""
    home, gate = tmp_path / "home", tmp_path / "gate"
    home.mkdir()
    with jobs_home(home):
        jobs = Jobs()
        key = jobs.submit("steps", {"steps": 4, "free": 2, "gate": str(gate)}, "ann").key
        until(lambda: jobs.get(key).done >= 20)
        with read_only(home):
            gate.touch()
            job = jobs.wait(key, PATIENCE)
            assert (job.state, job.message) == (State.FAILED, READ_ONLY_STORE)
            forget()
            page = opened("runs")
            assert [each.value.replace("\\", "") for each in (*page.error, *page.warning)].count(READ_ONLY_STORE) == 1
            jobs.store.index.close()
            kill_daemon(home)
            with pytest.raises(StoreError, match="read-only"):
                Jobs().submit("steps", {"steps": 3}, "ann")
            forget()
            assert opened("runs").error, "a server that starts now"
        finished(jobs, jobs.resume(key))
        assert np.array_equal(jobs.result(key).arrays["values"], expected(4)) and not jobs.stuck
    forget()
