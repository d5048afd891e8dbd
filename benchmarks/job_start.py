"""From the start of a job's process to its answer: a copy of one that has imported what it needs, or started anew."""

import os
import select
import tempfile
from functools import partial
from pathlib import Path

from benchmarks.measure import in_turns, markdown
from core.common.sandbox.fork_server import ForkServer
from core.jobs.job import KINDS, Job, State
from core.jobs.runner.worker import Task, Worker, fork_server_of_jobs
from core.jobs.store.files import Json, Origin
from core.jobs.store.records import enter, one
from core.jobs.store.store import store
from core.probes.bytes.job import KIND as NEXT_BYTE
from core.probes.bytes.job import params_of

_SECONDS = 30.0
_ASKED = {
    "one step of the next byte, tiny-english": (NEXT_BYTE, params_of("shipped:tiny-english", b"The cat", 1, False)),
}


class _NoCopies(ForkServer):
    """As where copies cannot be made."""

    works = False


def run() -> str:
    """A row per kind of work."""
    with tempfile.TemporaryDirectory() as folder:
        os.environ["TOKEN_ATLAS_HOME"] = folder
        home = Path(folder)
        copies, none = fork_server_of_jobs(home), _NoCopies("", {})
        rows = [_row(home, name, _job(*asked), copies, none) for name, asked in _ASKED.items()]
    head = ["job", "a copy, s", "started anew, s", "copy / anew"]
    return markdown("From the start of a job's process to its answer", head, rows)


def _row(home: Path, name: str, job: Job, copies: ForkServer, none: ForkServer) -> list[str]:
    found = in_turns(partial(_answered, home, job, copies), partial(_answered, home, job, none), _SECONDS)
    return [name, f"{found.ours:.2f}", f"{found.alternative:.2f}", f"{found.value:.2f}"]


def _job(kind: str, params: dict[str, Json]) -> Job:
    asked = Origin("a" * 64, kind, params, ())
    with store().index.writing() as connection:
        enter(connection, asked, State.QUEUED, "benchmark")
        job = one(connection, asked.key)
    assert job
    return job


def _answered(home: Path, job: Job, forks: ForkServer) -> None:
    worker = Worker(home, job, KINDS.get(job.kind).sized(job.params), "benchmark", forks)
    try:
        for task in (Task("plan"), Task("unit", 0)):
            worker.give(task)
            while not (said := [one for one in worker.read() if "at" not in one]):
                select.select(list(worker.open), [], [], 1.0)
            assert "failed" not in said[0], said
    finally:
        worker.end()
