"""How far a job is, as its record says while and after its pieces are computed."""

import math
import time
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest

from core.jobs.job import KINDS, Job, State
from core.jobs.queue import Jobs
from core.jobs.runner import report
from core.jobs.runner.daemon import Daemon
from core.jobs.runner.lock import DaemonLock
from core.jobs.runner.run import Run
from core.jobs.runner.worker import Worker
from core.jobs.store.files import Origin
from core.jobs.store.records import enter
from tests.jobs_home import jobs_home

PLANNED = [["first", 10, False], ["second", 10, False], ["third", 10, False]]


@pytest.fixture
def jobs(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Jobs]:
    """Without a daemon of their own, which would take the job before the test that plays one does."""
    monkeypatch.setattr(Jobs, "tend", lambda self, now=False: False)
    with jobs_home(tmp_path):
        yield Jobs()


def entered(jobs: Jobs, state: State, kind: str = "steps") -> Job:
    asked = Origin("a" * 64, kind, {"steps": 3}, (), label="Three steps")
    with jobs.store.index.writing() as connection:
        enter(connection, asked, state, "ann")
    return jobs.get(asked.key)


def known(jobs: Jobs, done: float, total: float) -> None:
    with jobs.store.index.writing() as connection:
        connection.execute("UPDATE jobs SET done = ?, total = ?", (done, total))


def claimed(jobs: Jobs, job: Job) -> Run:
    run = Run(job, KINDS.get(job.kind), started=time.monotonic())
    assert report.claim(jobs.store, run, "me")
    return run


@pytest.mark.parametrize(("kind", "done"), [("steps", 20), ("once", 0)])  # of the second nothing is kept
def test_a_job_that_is_stopped_before_its_pieces_are_looked_up_is_as_far_as_it_was(
    kind: str, done: int, jobs: Jobs
) -> None:
    entered(jobs, State.INTERRUPTED, kind)
    known(jobs, 20, 30)
    run = claimed(jobs, entered(jobs, State.QUEUED, kind))
    report.progress(jobs.store, [run], "me")
    assert jobs.get(run.job.key).done == done
    run.end(State.CANCELLED)
    report.outcome(jobs.store, run, "me")
    assert jobs.get(run.job.key).done == done


def test_one_that_was_done_and_is_asked_for_anew_is_at_its_beginning(jobs: Jobs) -> None:
    entered(jobs, State.DONE)
    known(jobs, 30, 30)
    assert claimed(jobs, entered(jobs, State.QUEUED)).job.done == 0


def test_a_piece_is_written_down_at_once(jobs: Jobs) -> None:
    """Half a second later its process may have been killed, and the page said that nothing was finished."""
    daemon = Daemon(jobs.store.folder.parent, jobs.store, cast(DaemonLock, None))
    run = claimed(jobs, entered(jobs, State.QUEUED))
    daemon.runs[run.job.key], daemon.me = run, "me"
    daemon._report_at = math.inf  # it has just reported
    worker = cast(Worker, SimpleNamespace(task=None))
    daemon.hear(run, worker, {"units": PLANNED})
    for n, done in enumerate((10, 20)):
        daemon.hear(run, worker, {"finished": n})
        daemon.record()
        assert (jobs.get(run.job.key).done, jobs.get(run.job.key).total) == (done, 30)
