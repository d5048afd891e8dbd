"""Job records as rows: written by whoever submits, cancels or runs a job, one short transaction each."""

import json
import sqlite3
import time
from collections.abc import Sequence
from typing import Any

from core.common.errors import UserError
from core.common.numbers import count
from core.common.settings import settings
from core.jobs.job import Job, RunName, State, canonical, inputs_from_json, inputs_to_json
from core.jobs.store.files import Origin
from core.jobs.store.index import next_number

LIVE = (State.QUEUED.value, State.RUNNING.value)
MOST_LOG = 64_000  # characters of a job's log


def enter_finished(connection: sqlite3.Connection, origin: Origin) -> None:
    """Make a record for a job of which only the result is left."""
    values = (origin.key, origin.kind, origin.label, canonical(dict(origin.params)), inputs_to_json(origin.inputs))
    connection.execute(
        "INSERT INTO jobs (key, kind, label, params, inputs, state, place, seconds, device, created, finished)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET state = excluded.state",
        (
            *values,
            State.DONE.value,
            next_number(connection, "place"),
            origin.seconds,
            origin.device,
            origin.finished,
            origin.finished,
        ),
    )


def enter(connection: sqlite3.Connection, origin: Origin, state: State, session: str, message: str = "") -> None:
    """Put a job in the queue, newest of all; or, if its result is stored, among those that are done."""
    place = next_number(connection, "place")
    connection.execute(
        "INSERT INTO jobs (key, kind, label, params, inputs, state, place, message, created)"
        " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET state = excluded.state, place = excluded.place,"
        " message = excluded.message, label = excluded.label, inputs = excluded.inputs, cancel = 0, owner = '',"
        " stage = '', rate = NULL, remaining = NULL, finished = NULL,"
        " done = iif(jobs.state = 'done', 0, jobs.done)",  # the pieces of one that is done are not kept
        (
            origin.key,
            origin.kind,
            origin.label,
            canonical(dict(origin.params)),
            inputs_to_json(origin.inputs),
            state.value,
            place,
            message,
            time.time(),
        ),
    )
    join(connection, origin.key, session)


def fail(connection: sqlite3.Connection, key: str, message: str) -> None:
    """Note why a job failed, unless it waits, runs or is done."""
    stopped = (State.INTERRUPTED.value, State.FAILED.value)
    connection.execute(
        "UPDATE jobs SET state = ?, message = ?, finished = ? WHERE key = ? AND state IN (?, ?)",
        (State.FAILED.value, message, time.time(), key, *stopped),
    )


def refuse_too_much(connection: sqlite3.Connection, session: str) -> None:
    """Do nothing if one more job may wait or run for a session, and its result may be kept.

    Raises:
        UserError: as many do, or as much is kept, as one or all together may have; says what to do.
    """
    _refuse_too_many(connection, session)
    kept, limits = "SELECT sum(bytes) FROM results", settings()
    mine = f"{kept} WHERE iif(part_of = '', key, part_of) IN (SELECT key FROM interest WHERE session = ?)"
    for whose, n_bytes, most, name in (
        ("Your results", connection.execute(mine, (session,)).fetchone()[0], limits.results_each_mb, "EACH"),
        ("The results of all visitors", connection.execute(kept).fetchone()[0], limits.results_all_mb, "ALL"),
    ):
        if (n_bytes or 0) > most * 2**20:
            raise UserError(
                f"{whose} take {n_bytes / 2**20:,.1f} MB of the {most:,.1f} MB that there are for them here "
                f"(TOKEN_ATLAS_RESULTS_{name}_MB). Delete some on the Runs page."
            )


def _refuse_too_many(connection: sqlite3.Connection, session: str) -> None:
    limits = settings()
    live = f"SELECT count(*) FROM jobs WHERE state IN {LIVE}"
    mine = f"{live} AND key IN (SELECT key FROM interest WHERE session = ?)"
    if connection.execute(mine, (session,)).fetchone()[0] >= limits.jobs_each:
        raise UserError(
            f"{count(limits.jobs_each)} of your jobs wait or run, the most that one person may have here "
            "(TOKEN_ATLAS_JOBS_EACH). Wait for some, or cancel them."
        )
    if connection.execute(live).fetchone()[0] >= limits.jobs_all:
        raise UserError(
            f"{count(limits.jobs_all)} jobs wait or run, the most that this server takes (TOKEN_ATLAS_JOBS_ALL). Try "
            "again when some are done."
        )


def join(connection: sqlite3.Connection, key: str, session: str) -> None:
    """Note that a session wants this job."""
    place = next_number(connection, "place")
    connection.execute("INSERT OR IGNORE INTO interest VALUES (?, ?, ?)", (key, session, place))


def has_left(connection: sqlite3.Connection, key: str, session: str) -> bool:
    """Note that a session does not want this job any more, unless it is the last: who asked for a job stays on record.

    Returns whether others want it.
    """
    others = connection.execute("SELECT 1 FROM interest WHERE key = ? AND session != ?", (key, session)).fetchone()
    if others:
        for table in ("interest", "called"):
            connection.execute(f"DELETE FROM {table} WHERE key = ? AND session = ?", (key, session))
    return others is not None


def call(connection: sqlite3.Connection, key: str, told: RunName) -> None:
    """Note what somebody calls a job."""
    place = next_number(connection, "place")
    values = (key, told.session, told.name, told.note, place)
    connection.execute("INSERT OR REPLACE INTO called VALUES (?, ?, ?, ?, ?)", values)


def one(connection: sqlite3.Connection, key: str) -> Job | None:
    """The job of this key, if there is one."""
    return next(iter(_jobs(connection, "WHERE key = ?", (key,))), None)


def newest(connection: sqlite3.Connection, most: int, session: str | None = None) -> list[Job]:
    """Jobs, newest first; of one session if it is named."""
    if session is None:
        return _jobs(connection, "ORDER BY place DESC LIMIT ?", (most,))
    where = "WHERE key IN (SELECT key FROM interest WHERE session = ?) ORDER BY place DESC LIMIT ?"
    return _jobs(connection, where, (session, most))


def of_kind(connection: sqlite3.Connection, kind: str, most: int) -> list[Job]:
    """Jobs of one kind, newest first."""
    return _jobs(connection, "WHERE kind = ? ORDER BY place DESC LIMIT ?", (kind, most))


def in_state(connection: sqlite3.Connection, *states: State) -> list[Job]:
    """Jobs in these states, oldest first."""
    marks = ", ".join("?" * len(states))
    return _jobs(connection, f"WHERE state IN ({marks}) ORDER BY place", [state.value for state in states])


def _jobs(connection: sqlite3.Connection, where: str, values: Sequence[object]) -> list[Job]:
    rows = connection.execute(f"SELECT * FROM jobs {where}", values).fetchall()
    found = []
    for row in rows:
        sessions = connection.execute("SELECT session FROM interest WHERE key = ? ORDER BY place", (row["key"],))
        told = connection.execute("SELECT session, name, note FROM called WHERE key = ? ORDER BY place", (row["key"],))
        who = tuple(each["session"] for each in sessions), tuple(RunName(*each) for each in told)
        try:
            found.append(_job(row, *who))
        except (ValueError, TypeError):  # the disk changed a byte that SQLite's own check does not cover
            found.append(_job({**dict(row), **_UNREADABLE}, *who))
    return found


_UNREADABLE = {
    "params": "{}",
    "inputs": "[]",
    "state": State.FAILED.value,
    "message": "The record of this job is damaged. Delete it and submit the job again.",
}


def _job(row: sqlite3.Row | dict[str, Any], sessions: tuple[str, ...], told: tuple[RunName, ...]) -> Job:
    return Job(
        key=row["key"],
        kind=row["kind"],
        label=row["label"],
        params=json.loads(row["params"]),
        inputs=inputs_from_json(row["inputs"]),
        state=State(row["state"]),
        place=row["place"],
        done=row["done"],
        total=row["total"],
        stage=row["stage"],
        rate=row["rate"],
        remaining=row["remaining"],
        seconds=row["seconds"],
        message=row["message"],
        device=row["device"],
        attempts=row["attempts"],
        created=row["created"],
        finished=row["finished"],
        sessions=sessions,
        called=told,
    )
