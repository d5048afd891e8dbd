"""What a daemon writes down about the jobs it runs, each change one short transaction."""

import time

from core.jobs.job import State
from core.jobs.runner.run import Run
from core.jobs.store.files import Origin
from core.jobs.store.records import enter, one
from core.jobs.store.store import Store


def settled(store: Store, key: str, state: State, message: str) -> tuple[State, str]:
    """How a job that did not come to its end stands: it is done where an earlier result of it is still stored."""
    if not store.has(key):
        return state, message
    return State.DONE, f"{message} This is the earlier result."


def claim(store: Store, run: Run, owner: str) -> bool:
    """Mark a queued job as running here; False if it is not queued any more."""
    with store.index.writing() as connection:
        changed = connection.execute(
            "UPDATE jobs SET state = ?, owner = ?, attempts = attempts + 1, message = '', stage = 'starting',"
            " done = done * ?, total = total * ? WHERE key = ? AND state = ?",
            (State.RUNNING.value, owner, run.kind.resumable, run.kind.resumable, run.job.key, State.QUEUED.value),
        )
        return changed.rowcount == 1


def progress(store: Store, runs: list[Run], owner: str) -> None:
    """How far these jobs are."""
    with store.index.writing() as connection:
        for run in runs:
            values = (*run.how_far, run.stage, run.rate, run.remaining, run.seconds, run.device)
            connection.execute(
                "UPDATE jobs SET done = coalesce(?, done), total = coalesce(?, total), stage = ?, rate = ?,"
                " remaining = ?, seconds = ?, device = ? WHERE key = ? AND owner = ?",
                (*values, run.job.key, owner),
            )
            if run.log:
                connection.execute("INSERT OR REPLACE INTO logs VALUES (?, ?)", (run.job.key, run.log))


def kept(store: Store, run: Run, owner: str) -> bool:
    """Make the record of a running job anew if the index lost it; False if there is one that says something else."""
    with store.index.writing() as connection:
        if one(connection, run.job.key):
            return False
        job = run.job
        for session in job.sessions or ("",):
            origin = Origin(job.key, job.kind, job.params, job.inputs, label=job.label)
            enter(connection, origin, State.RUNNING, session)
        connection.execute("UPDATE jobs SET owner = ? WHERE key = ?", (owner, job.key))
        return True


def outcome(store: Store, run: Run, owner: str) -> None:
    """How a job ended."""
    assert run.outcome
    state, message = run.outcome, run.message
    if state is not State.DONE:
        state, message = settled(store, run.job.key, state, message)
    with store.index.writing() as connection:
        connection.execute(
            "UPDATE jobs SET state = ?, message = ?, done = coalesce(?, done), total = coalesce(?, total), stage = '',"
            " rate = NULL, remaining = NULL, seconds = ?, finished = ?, owner = '', device = ?, cancel = 0"
            " WHERE key = ? AND owner = ?",
            (
                state.value,
                message,
                *((run.total, run.total) if run.outcome is State.DONE else run.how_far),
                run.seconds,
                time.time(),
                run.device,
                run.job.key,
                owner,
            ),
        )
        if run.log:
            connection.execute("INSERT OR REPLACE INTO logs VALUES (?, ?)", (run.job.key, run.log))


def interrupted(store: Store, key: str, owner: str, message: str) -> None:
    """A job's daemon is gone: it is done if its result is there, otherwise it can be resumed."""
    state, told = settled(store, key, State.INTERRUPTED, message)
    if state is State.DONE:
        store.delete_parts(key)
    else:
        told += " Resume it to go on."
    with store.index.writing() as connection:
        # A number that only grows tells the result of this attempt from an earlier one.
        new = "SELECT 1 FROM results JOIN jobs USING (key) WHERE key = ? AND results.place > jobs.place"
        if state is State.DONE and connection.execute(new, (key,)).fetchone():
            told = ""
        connection.execute(
            "UPDATE jobs SET state = ?, message = ?, stage = '', rate = NULL, remaining = NULL, finished = ?,"
            " owner = '' WHERE key = ? AND owner = ? AND state = ?",
            (state.value, told, time.time(), key, owner, State.RUNNING.value),
        )
