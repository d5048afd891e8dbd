"""A home for jobs that a test has to itself, and what is done to it."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path

import numpy as np

from core.common.processes import alive, pid_of
from core.common.sandbox.marked_processes import MarkedProcesses, kill_marked
from core.jobs.job import Context, Job, JobKind, Output, State
from core.jobs.queue import Jobs
from core.jobs.runner.daemon import family
from core.jobs.runner.lock import holder
from core.jobs.store.files import Input, Json

ROOT = Path(__file__).parents[1]
PATIENCE = 120.0  # seconds; only so that nothing hangs for ever
SERVER = """
import sys, json
from core.jobs.queue import Jobs
kind, params, session, patience = sys.argv[1], json.loads(sys.argv[2]), sys.argv[3], float(sys.argv[4])
jobs = Jobs()
job = jobs.submit(kind, params, session)
print(job.key, flush=True)
print(jobs.wait(job.key, patience).state, flush=True)
"""


def computed(kind: JobKind, params: Mapping[str, Json], inputs: Sequence[Input] = ()) -> Output:
    """The result of a job, unit by unit in this process, with no store."""
    context = Context(dict(params), tuple(inputs))
    return kind.combine(((unit, kind.run_unit(unit, context)) for unit in kind.units(context)), context)


@contextmanager
def jobs_home(folder: Path, slots: int = 2) -> Iterator[None]:
    """`TOKEN_ATLAS_HOME` is `folder`, with the tests' kinds of work; afterwards nothing of it runs any more.

    Args:
        slots: workers at a time; each imports what its jobs need, seconds where that is torch.
    """
    given = {
        "TOKEN_ATLAS_HOME": str(folder),
        "TOKEN_ATLAS_WORK": "tests.job_kinds",
        "TOKEN_ATLAS_JOB_SLOTS": str(slots),
    }
    kept = {name: os.environ.get(name) for name in given}
    os.environ.update(given)
    try:
        yield
    finally:
        kill_daemon(folder)
        kill_marked(family(folder))
        for name, value in kept.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value


def daemon_pid(home: Path) -> int:
    """The daemon that serves the home; 0 if none does."""
    there = holder(home / "store")
    return pid_of(there.identity) if there and alive(there.identity) else 0


def kill_daemon(home: Path) -> None:
    """kill -9, also to one that waits to take over, until none is left."""

    def gone() -> bool:
        pid = daemon_pid(home)
        with suppress(ProcessLookupError):
            if pid:
                os.kill(pid, signal.SIGKILL)
        time.sleep(0.1)
        return not pid and not daemon_pid(home)

    until(gone)


def worker_pids(home: Path) -> list[int]:
    """All processes of all workers."""
    mark = family(home)
    return [one.pid for each, found in MarkedProcesses().by_mark().items() if each.startswith(mark) for one in found]


def kill_workers(home: Path) -> None:
    """kill -9 to every process of every worker."""
    for pid in worker_pids(home):
        with suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)


def server(kind: str, params: str, session: str) -> "subprocess.Popen[str]":
    """Another process that submits a job and waits for it, as a server does."""
    return subprocess.Popen(
        [sys.executable, "-c", SERVER, kind, params, session, str(PATIENCE)],
        stdout=subprocess.PIPE,
        text=True,
        cwd=ROOT,
    )


def expected(steps: int) -> np.ndarray:
    """The values of a job of kind `steps`."""
    return np.stack([np.random.default_rng(n).standard_normal(1000) for n in range(steps)])


def finished(jobs: Jobs, job: Job) -> Job:
    """The job once it is done, which it must be."""
    job = jobs.wait(job.key, PATIENCE)
    assert job.state is State.DONE, (job, jobs.log(job.key), (jobs.store.folder / "daemon.log").read_text())
    return job


def until(condition: object, seconds: float = PATIENCE) -> None:
    """Wait for a condition, a function of nothing."""
    assert callable(condition)
    deadline = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < deadline, "waited in vain"
        time.sleep(0.02)
