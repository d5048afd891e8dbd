"""The process that runs the jobs of one store: started when there is work, shared by all servers, gone when idle.

Its state is in memory; what matters of it is in the store. If it is killed, its workers die with it, finished pieces
stay, and the jobs it ran are seen to be interrupted.
"""

import math
import os
import select
import shutil
import signal
import sys
import time
from collections import Counter
from collections.abc import Callable
from contextlib import suppress
from hashlib import sha256
from pathlib import Path

from core.common.disk import disk_trouble
from core.common.errors import UserError
from core.common.processes import identity, pid_of
from core.common.sandbox.confine import unreadable_by_others
from core.common.sandbox.marked_processes import MarkedProcesses, bytes_together, kill_marked
from core.jobs.job import KINDS, State, content_key, no_imports
from core.jobs.runner import report
from core.jobs.runner.capacity import capacity, engine_name
from core.jobs.runner.fair_order import FairOrder
from core.jobs.runner.lock import DaemonLock
from core.jobs.runner.run import Run
from core.jobs.runner.worker import MOST_PROCESSES, Worker, fork_server_of_jobs
from core.jobs.store.files import Json
from core.jobs.store.index import StoreError, explained
from core.jobs.store.records import one
from core.jobs.store.store import Store, store

TICK = 0.1  # seconds between looks at the store
LOOK_EVERY = 0.25
REPORT_EVERY = 0.5
RESERVE = 2**18  # bytes
IDLE = 30.0  # seconds without work after which it ends
TAKE_OVER = 3.0  # seconds to wait for one that is leaving


class Daemon:
    """Hands pieces of queued jobs to workers, and watches them."""

    def __init__(self, home: Path, the_store: Store, lock: DaemonLock) -> None:
        self.home, self.store, self.lock = home, the_store, lock
        self.capacity, self.remote = capacity(), engine_name() == "ray"
        self.me = identity()
        self.family = family(home)
        self.runs: dict[str, Run] = {}
        self.order, self.processes = FairOrder(), MarkedProcesses()
        # Copies take no more memory than their own kind of work needs: those that import libraries are made apart.
        self.forks, self.forks_with_libraries = fork_server_of_jobs(home), fork_server_of_jobs(home)
        self.leaving = False
        self.reserve = the_store.folder / "reserve"  # given up on a full disk, so that how jobs ended can be written
        self._looked_at = self._report_at = self._idle_since = time.monotonic()

    def tidy(self) -> None:
        """Clear away what a killed predecessor left: processes, temporary files, jobs marked as running."""
        kill_marked(self.family)
        shutil.rmtree(self.home / "scratch", ignore_errors=True)
        self.store.sweep()
        self.keep_room()
        with self.store.index.reading() as connection:
            rows = connection.execute("SELECT key, owner FROM jobs WHERE state = 'running'").fetchall()
        for row in rows:
            report.interrupted(self.store, row["key"], row["owner"], "Its worker ended.")

    def keep_room(self) -> None:
        """Take the reserve, whole or not at all: a part of it would be the last of a full disk."""
        if self.reserve.exists():
            return
        with suppress(OSError):
            try:
                self.reserve.write_bytes(bytes(RESERVE))
            except OSError:
                self.reserve.unlink(missing_ok=True)

    def serve(self) -> None:
        """Work until there has been nothing to do for a while, or until told to end."""
        trouble = ""
        while not self.leaving and self.lock.counts:
            with suppress(OSError):
                self.lock.beat(trouble)
            trouble = ""
            for step in (self.admit, self.cancel, self.assign, self.listen, self.watch, self.record):
                try:
                    step()
                except (StoreError, OSError) as error:  # a full disk or a lock held too long: what is unwritten waits
                    trouble = trouble or str(error if isinstance(error, StoreError) else explained(error))
                    _note(f"{step.__name__}: {error}")
                    with suppress(OSError):
                        self.reserve.unlink(missing_ok=True)
                    time.sleep(TICK)
            if self.runs:
                self._idle_since = time.monotonic()
            elif time.monotonic() - self._idle_since > IDLE and self.given_back():
                return
        for run in self.runs.values():
            self.end_workers(run)
            with suppress(StoreError):
                report.interrupted(self.store, run.job.key, self.me, "The worker was told to end.")
        self.lock.give_back()

    def given_back(self) -> bool:
        """Leave, unless a job came in: whoever submits one sees either a daemon that will run it or none."""
        with suppress(StoreError), self.store.index.writing() as connection:
            if connection.execute("SELECT 1 FROM jobs WHERE state = 'queued'").fetchone() is None:
                self.lock.give_back()
                return True
        return False

    def admit(self) -> None:
        """Take in what is queued."""
        with self.store.index.reading() as connection:
            keys = [r["key"] for r in connection.execute("SELECT key FROM jobs WHERE state = 'queued' ORDER BY place")]
            new = [one(connection, key) for key in keys if key not in self.runs]
            gone = [k for k, run in self.runs.items() if run.started is None and k not in keys]
        for key in gone:  # cancelled or deleted before it began
            del self.runs[key]
        for job in filter(None, new):
            try:
                kind = KINDS.get(job.kind).sized(job.params)
                if content_key(kind, job.params, job.inputs) != job.key:
                    raise UserError("The record of this job is damaged. Delete it and submit the job again.")
                self.runs[job.key] = Run(job, kind, self.remote)
            except UserError as error:
                self.refuse(job.key, str(error))

    def refuse(self, key: str, why: str) -> None:
        """Mark a job that cannot run as failed."""
        with self.store.index.writing() as connection:
            connection.execute("UPDATE jobs SET state = 'failed', message = ? WHERE key = ?", (why, key))

    def cancel(self) -> None:
        """End the jobs that somebody cancelled or deleted."""
        running = [key for key, run in self.runs.items() if run.started is not None]
        if not running:
            return
        with self.store.index.reading() as connection:
            rows = connection.execute("SELECT key, owner, cancel FROM jobs WHERE state = 'running'").fetchall()
        found = {row["key"]: row for row in rows}
        for key in running:
            run = self.runs[key]
            if key not in found or found[key]["owner"] != self.me:
                if not run.outcome and not report.kept(self.store, run, self.me):
                    run.end(State.CANCELLED)  # somebody took it over; its record is not ours any more
                    self.end_workers(run)
            elif found[key]["cancel"]:
                run.end(State.CANCELLED, "Cancelled.")
                self.end_workers(run)

    def assign(self) -> None:
        """Give free slots to whoever's turn it is."""
        while True:
            busy = Counter(run.candidate.session for run in self.runs.values() for _ in run.busy)
            ready = [run for run in self.runs.values() if run.next_task() and self.room_for(run)]
            chosen = self.order.choose([run.candidate for run in ready], busy)
            if chosen is None:
                return
            run = self.runs[chosen.key]
            task = run.next_task()
            if run.started is None:
                if not report.claim(self.store, run, self.me):
                    del self.runs[chosen.key]
                    continue
                run.started = time.monotonic()
                self.keep_room()  # an earlier job may have filled the disk
            worker = next(iter(run.idle), None) or self.hired(run)
            if task is None or worker is None:
                continue
            self.order.serve(chosen)
            run.take(task)
            more: dict[str, Json] = {"seconds": run.seconds} if task.do == "combine" else {}
            worker.give(task, **more)

    def hired(self, run: Run) -> Worker | None:
        """A new process for a job."""
        for other in self.workers():  # an idle one may have to make room
            if not other.task and not self.fits(run):
                self.dismiss(other)
        gpu = next(iter(self.free_gpus()), None) if self.uses_gpu(run) else None
        forks = self.forks if run.kind.prepare is no_imports else self.forks_with_libraries
        try:
            worker = Worker(self.home, run.job, run.kind, self.family, forks, gpu, run.remote)
        except OSError as error:
            why = f"No process could be started for it: {error.strerror or error}."
            run.end(State.FAILED, disk_trouble(error) or why)
            self.end_workers(run)
            return None
        run.device = "cpu" if gpu is None else f"GPU {gpu}"
        run.workers.append(worker)
        return worker

    def workers(self) -> list[Worker]:
        """All processes."""
        return [worker for run in self.runs.values() for worker in run.workers]

    def uses_gpu(self, run: Run) -> bool:
        """Does this job get a GPU of its own?"""
        return run.kind.gpu and bool(self.capacity.gpus) and not run.remote

    def free_gpus(self) -> list[str]:
        """GPUs on which nothing is."""
        taken = {worker.gpu for worker in self.workers()}
        return [gpu for gpu in self.capacity.gpus if gpu not in taken]

    def room_for(self, run: Run) -> bool:
        """Can a process of this job work now, idle processes of others making room?"""
        if run.idle:
            return self.uses_gpu(run) or self.n_computing() < self.capacity.slots
        busy = [worker for worker in self.workers() if worker.task]
        if self.uses_gpu(run):
            return {worker.gpu for worker in busy} < set(self.capacity.gpus) | {None} and bool(
                set(self.capacity.gpus) - {worker.gpu for worker in busy}
            )
        held = sum(worker.kind.memory_mb for worker in busy)
        fits = not busy or held + run.kind.memory_mb <= self.capacity.memory_mb
        return fits and self.n_computing() < self.capacity.slots

    def n_computing(self) -> int:
        """Processes that compute on a processor."""
        return sum(1 for worker in self.workers() if worker.task and worker.gpu is None)

    def fits(self, run: Run) -> bool:
        """Can a process of this job be started beside those that are there, idle ones included?"""
        there = self.workers()
        if self.uses_gpu(run) and not self.free_gpus():
            return False
        held = sum(worker.kind.memory_mb for worker in there)
        n_processes = sum(1 for worker in there if worker.gpu is None)
        return not there or (
            held + run.kind.memory_mb <= self.capacity.memory_mb
            and (self.uses_gpu(run) or n_processes < self.capacity.slots)
        )

    def listen(self) -> None:
        """Wait a moment for what workers say, and take it in."""
        pipes = [pipe for worker in self.workers() if not worker.gone for pipe in worker.open]
        if not pipes or not select.select(pipes, [], [], TICK)[0]:
            time.sleep(TICK if not pipes else 0)
        for run in list(self.runs.values()):
            for worker in list(run.workers):
                gone = worker.gone  # asked first: what it said before its end is still in the pipe
                for message in worker.read():
                    self.hear(run, worker, message)
                if worker not in run.workers:
                    continue
                if gone:
                    if worker.task and not run.outcome:
                        run.lost(worker)
                    self.dismiss(worker)
                    run.settle()
            if run.outcome:
                self.end_workers(run)

    def hear(self, run: Run, worker: Worker, message: dict[str, Json]) -> None:
        """Take in what a worker said."""
        if "units" in message:
            run.planned(message["units"])
        elif "finished" in message:
            run.unit_finished(message["finished"])
            self._report_at = -math.inf  # what is kept is known at once, also where this process is killed then
            if run.remote:
                return
        elif "missing" in message:
            run.units_missing(message["missing"])
        elif "combined" in message:
            run.end(State.DONE)
        elif "failed" in message:
            run.failed(worker, message["failed"])
            self.dismiss(worker)  # with whatever it still holds
        if "at" not in message:
            worker.task = None
            run.settle()

    def watch(self) -> None:
        """End workers that are over a limit."""
        for run in self.runs.values():
            for worker in list(run.workers):
                if over := worker.overrun():
                    self.stop(run, worker, over)
        if time.monotonic() - self._looked_at >= LOOK_EVERY and self.workers():
            self._looked_at = time.monotonic()
            found_by_mark = self.processes.by_mark()
            for run in self.runs.values():
                for worker in list(run.workers):
                    found = found_by_mark.get(worker.mark, [])
                    most = worker.kind.memory_mb * 2**20
                    if len(found) > MOST_PROCESSES:
                        self.stop(run, worker, f"It started over {MOST_PROCESSES} processes and was stopped.")
                    elif not run.remote and bytes_together(found, most) > most:
                        self.stop(run, worker, worker.kind.over_memory)
        for run in self.runs.values():
            if run.outcome:
                self.end_workers(run)

    def stop(self, run: Run, worker: Worker, why: str) -> None:
        """End one process for the sake of a limit, and with it what it computed."""
        run.stopped(worker, why)
        self.dismiss(worker)
        run.settle()

    def record(self) -> None:
        """Write down what changed."""
        now = time.monotonic()
        for key, run in list(self.runs.items()):
            if run.outcome:
                if run.outcome is State.DONE or not run.kind.resumable:
                    self.store.delete_parts(key)
                report.outcome(self.store, run, self.me)
                del self.runs[key]
        if now - self._report_at >= REPORT_EVERY:
            self._report_at = now
            running = [run for run in self.runs.values() if run.started is not None]
            for run in running:
                run.observe()
                for worker in run.workers:
                    run.note(worker.printed())
            if running:
                report.progress(self.store, running, self.me)

    def dismiss(self, worker: Worker) -> None:
        """End one process, keeping its last words."""
        run = next(run for run in self.runs.values() if worker in run.workers)
        run.workers.remove(worker)
        worker.end()
        run.note(worker.printed(last=True))

    def end_workers(self, run: Run) -> None:
        """End all processes of a job."""
        for worker in list(run.workers):
            self.dismiss(worker)


def family(home: Path) -> str:
    """How the marks of all workers of the jobs under this home begin."""
    return sha256(str(home.resolve()).encode()).hexdigest()[:16]


def main(home: Path) -> None:
    """Become the daemon of the store under `home`, unless there is one."""
    unreadable_by_others()  # its workers are not: it finds them by what stands in their environment
    the_store = store()
    lock = DaemonLock(the_store.folder)
    if not lock.take(TAKE_OVER):
        return
    daemon = Daemon(home, the_store, lock)
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, _leave(daemon))
    daemon.tidy()
    _note(f"serves {home} as process {pid_of(daemon.me)}")
    daemon.serve()


def _note(line: str) -> None:
    """Write a line to its log, unless that is on a full disk."""
    with suppress(OSError):
        print(line, flush=True)


def _leave(daemon: Daemon) -> Callable[[int, object], None]:
    def leave(number: int, frame: object) -> None:
        daemon.leaving = True

    return leave


if __name__ == "__main__":
    os.environ["TOKEN_ATLAS_HOME"] = sys.argv[1]
    main(Path(sys.argv[1]))
