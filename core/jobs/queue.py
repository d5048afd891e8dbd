"""Long work: submitted once, run outside the process that asked, watched from anywhere, there again after a crash.

    jobs = Jobs()
    job = jobs.submit("count", params, session="ann", inputs=inputs, label="6 tokenizers on FLORES-200")
    while (job := jobs.get(job.key)).state.live: ...
    result = jobs.result(job.key)

A job is named by its content key: what is done, with which parameters, to inputs of which content. Who submits the
same again joins the job that runs, or gets the stored result. One daemon per store runs the jobs of all servers
(`core.jobs.runner`); it is started when there is work.
"""

import time
from collections.abc import Mapping, Sequence
from pathlib import Path

from core.common.disk import DiskError
from core.common.errors import UserError, shown
from core.common.home import home
from core.common.processes import dead
from core.jobs.called import called
from core.jobs.job import KINDS, Job, State, canonical, content_key
from core.jobs.runner import report
from core.jobs.runner.capacity import check_settings
from core.jobs.runner.launch import NoDaemon, ensure_daemon
from core.jobs.runner.lock import holder
from core.jobs.store.files import Input, Json, Origin, Result
from core.jobs.store.index import READ_ONLY_STORE, StoreError
from core.jobs.store.records import call, enter, fail, has_left, in_state, join, newest, of_kind, one, refuse_too_much
from core.jobs.store.store import Store, store

INTERRUPTED = "The process that ran it was ended from outside."
_TEND_EVERY = 1.0


class Jobs:
    """The jobs of one store; thread-safe."""

    def __init__(self) -> None:
        self.store: Store = store()
        self._home = home()
        self._tended = float("-inf")
        self.stuck = ""  # why what waits or runs comes no further, for the user; empty where it does

    def submit(
        self,
        kind: str,
        params: Mapping[str, Json],
        session: str,
        inputs: Sequence[Input] = (),
        label: str = "",
    ) -> Job:
        """The job that does this: the one that runs, the one that is done, or a new one.

        One that was interrupted, failed or was cancelled is queued again.

        Raises:
            UserError: no such kind, parameters that are no JSON, a store that takes nothing, too many jobs, or a wrong
                setting.
            NoDaemon: nothing can run it; it waits until something can.
        """
        return self._hand_in(kind, params, session, inputs, label, anew=False)

    def _hand_in(
        self,
        kind: str,
        params: Mapping[str, Json],
        session: str,
        inputs: Sequence[Input],
        label: str,
        anew: bool,
    ) -> Job:
        """The job that does this; `anew`: it is queued also where its result is stored, which stays until then."""
        entry = KINDS.get(kind)
        check_settings()
        key = content_key(entry, params, inputs)
        origin = Origin(key, kind, dict(params), tuple(inputs), label=label or entry.label)
        canonical(dict(params))
        stored = not anew and self.store.get(key) is not None  # checked, so that a damaged result is computed again
        with self.store.index.reading() as connection:
            there = one(connection, key)
        if stored and there and self.store.index.read_only:
            return there
        with self.store.index.writing() as connection:
            there = one(connection, key)
            if there and (there.state.live or (stored and there.state is State.DONE)):
                join(connection, key, session)
            else:
                if not stored:
                    refuse_too_much(connection, session)
                enter(connection, origin, State.DONE if stored else State.QUEUED, session)
        if self.tend(now=True):
            ensure_daemon(self.store, self._home)
        return self.get(key)

    def get(self, key: str) -> Job:
        """What is known of a job.

        Raises:
            UserError: there is none of this key.
        """
        self.tend()
        with self.store.index.reading() as connection:
            job = one(connection, key)
        if job is None:
            raise UserError(f"There is no job {shown(key)}. It may have been deleted; submit it again.")
        return job

    def call(self, key: str, session: str, name: str, note: str) -> None:
        """Note what somebody calls a job, and what they want to remember of it; empty for neither.

        Raises:
            UserError: there is none of this key, or one is too long.
            StoreError: the store takes nothing.
        """
        told = called(session, name, note)
        self.get(key)
        with self.store.index.writing() as connection:
            call(connection, key, told)

    def failed_elsewhere(self, key: str, message: str) -> None:
        """Note why a job that was begun outside the queue failed."""
        with self.store.index.writing() as connection:
            fail(connection, key, message)

    def begun_elsewhere(self, asked: Origin, session: str, message: str) -> None:
        """Note a job that is computed outside the queue, so that what is finished of it can be seen and resumed."""
        with self.store.index.writing() as connection:
            if one(connection, asked.key) is None:
                enter(connection, asked, State.INTERRUPTED, session, message)

    def newest(self, most: int = 200, session: str | None = None) -> list[Job]:
        """Jobs, newest first; those a session asked for if it is named."""
        self.tend()
        with self.store.index.reading() as connection:
            return newest(connection, most, session)

    def of_kind(self, kind: str, most: int = 300) -> list[Job]:
        """Jobs of one kind, newest first, whoever asked for them."""
        self.tend()
        with self.store.index.reading() as connection:
            return of_kind(connection, kind, most)

    def result(self, key: str) -> Result:
        """The result of a job that is done.

        Raises:
            UserError: it is not done, or its file turned out damaged and was set aside; says what to do.
        """
        result = self.store.get(key)
        if result is not None:
            return result
        job = self.get(key)
        if job.state is not State.DONE:
            raise UserError(f"{shown(job.label)} is {job.state}, it has no result yet.")
        why = next((a.why for a in reversed(self.store.asides()) if a.path.name.startswith(key)), "")
        message = why or "Its result was deleted."
        with self.store.index.writing() as connection:
            connection.execute(
                "UPDATE jobs SET state = ?, message = ? WHERE key = ? AND state = ?",
                (State.FAILED.value, message, key, State.DONE.value),
            )
        raise UserError(f"{message} Repeat {shown(job.label)} to compute it again.")

    def log(self, key: str) -> str:
        """The end of what a job printed."""
        with self.store.index.reading() as connection:
            row = connection.execute("SELECT text FROM logs WHERE key = ?", (key,)).fetchone()
        return str(row["text"]) if row else ""

    def cancel(self, key: str) -> None:
        """Stop a job within two seconds, for everybody who asked for it; no harm if it is over."""
        state, message = report.settled(self.store, key, State.CANCELLED, "Cancelled.")
        with self.store.index.writing() as connection:
            connection.execute(
                "UPDATE jobs SET state = ?, message = ?, finished = ? WHERE key = ? AND state IN (?, ?)",
                (state.value, message, time.time(), key, State.QUEUED.value, State.INTERRUPTED.value),
            )
            connection.execute("UPDATE jobs SET cancel = 1 WHERE key = ? AND state = ?", (key, State.RUNNING.value))
        self.tend(now=True)

    def leave(self, key: str, session: str) -> bool:
        """Stop waiting for a job: it goes on for the others who asked for it, and is cancelled if there are none.

        Returns whether it goes on for others.
        """
        with self.store.index.writing() as connection:
            others = has_left(connection, key, session)
        if not others:
            self.cancel(key)
        return others

    def forget(self, key: str, session: str) -> bool:
        """Take a job off somebody's list; the others who asked for it keep it, and without any it is deleted.

        Returns whether others keep it.

        Raises:
            UserError: it could not be stopped.
        """
        with self.store.index.writing() as connection:
            others = has_left(connection, key, session)
        if not others:
            self.delete(key)
        return others

    def resume(self, key: str, session: str = "") -> Job:
        """Queue a job again that was interrupted, failed or was cancelled; its finished pieces count if kept.

        Raises:
            UserError: there is none of this key.
        """
        job = self.get(key)
        if job.state.live:
            return job
        return self.submit(job.kind, job.params, session or next(iter(job.sessions), ""), job.inputs, job.label)

    def repeat(self, key: str, session: str = "") -> Job:
        """Compute a finished job again, from the beginning; its result is there until the new one takes its place.

        Raises:
            UserError: there is none of this key.
        """
        job = self.get(key)
        if job.state.live:
            return job
        self.store.delete_parts(key)
        session = session or next(iter(job.sessions), "")
        return self._hand_in(job.kind, job.params, session, job.inputs, job.label, anew=True)

    def delete(self, key: str) -> None:
        """Forget a job and its result; one that runs is stopped first.

        Raises:
            UserError: it could not be stopped.
        """
        self.cancel(key)
        if self.wait(key, 5).state.live:
            raise UserError("The job could not be stopped. Try again in a few seconds.")
        with self.store.index.writing() as connection:
            for table in ("jobs", "interest", "logs", "called"):
                connection.execute(f"DELETE FROM {table} WHERE key = ?", (key,))
        self.store.delete_parts(key)
        self.store.delete(key)

    def export(self, key: str) -> Path:
        """The file of a job's result, safetensors with its origin in the header, checked.

        Raises:
            UserError: there is none.
        """
        self.result(key)
        path = self.store.file(key)
        if path is None:
            raise UserError("The result has just been deleted. Repeat the job.")
        return path

    def wait(self, key: str, seconds: float) -> Job:
        """The job once it is over, or as it is after so many seconds."""
        deadline = time.monotonic() + seconds
        while (job := self.get(key)).state.live and time.monotonic() < deadline:
            time.sleep(0.05)
        return job

    def tend(self, now: bool = False) -> bool:
        """Notice jobs whose daemon is gone, and start one for those that wait; at most once a second unless `now`.

        Returns whether jobs wait without a daemon, because none could be started.
        """
        if self.store.index.read_only:
            self.stuck = READ_ONLY_STORE
            return False
        if not now and time.monotonic() - self._tended < _TEND_EVERY:
            return False
        self._tended = time.monotonic()
        with self.store.index.reading() as connection:
            live = in_state(connection, State.QUEUED, State.RUNNING)
            rows = connection.execute("SELECT key, owner FROM jobs WHERE state = 'running'").fetchall()
        serving = holder(self.store.folder)
        for row in rows:
            # One in another container cannot be seen; but only the holder of the lock runs jobs.
            replaced = serving is not None and serving.serves and serving.identity != row["owner"]
            if dead(row["owner"]) or replaced:
                try:
                    report.interrupted(self.store, row["key"], row["owner"], INTERRUPTED)
                except StoreError as error:
                    self.stuck = str(error)
                    return False
        if (serving and serving.serves) or all(job.state is not State.QUEUED for job in live):
            self.stuck = serving.trouble if serving else ""
            return False
        try:
            ensure_daemon(self.store, self._home)
        except (NoDaemon, DiskError) as error:
            self.stuck = str(error)
            return True
        self.stuck = ""
        return False
