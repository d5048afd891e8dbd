"""Jobs on a disk that is full, or read-only: one sentence of why, nothing half-written, and advice that works."""

import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from shutil import disk_usage

import numpy as np
import pytest

from core.jobs.job import State
from core.jobs.queue import Jobs
from core.jobs.store.index import StoreError
from tests.jobs_home import PATIENCE, expected, finished, jobs_home, kill_daemon, until


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A home on a file system of three megabytes."""
    folder = tmp_path / "mount"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=3m", "t", str(folder)]
    if os.getuid() != 0 or subprocess.run(command, check=False).returncode:
        pytest.skip("needs the right to mount; test_store fills a disk without it")
    with jobs_home(folder):
        yield folder
    subprocess.run(["umount", "-l", str(folder)], check=True)


def fill(disk: Path, left: int) -> Path:
    """A file that leaves so many bytes."""
    ballast = disk / "ballast"
    ballast.write_bytes(bytes(disk_usage(disk).free - left))
    return ballast


def test_full_disk_fails_the_job_and_loses_nothing(small_disk: Path) -> None:
    jobs = Jobs()
    before = finished(jobs, jobs.submit("steps", {"steps": 2}, "ann"))
    big = jobs.submit("steps", {"steps": 400}, "ann")
    ballast = small_disk / "ballast"
    ballast.write_bytes(bytes(600_000))
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
