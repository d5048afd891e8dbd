"""`runs`: what the app's Runs page lists, with names and notes, and a search."""

import time
from argparse import ArgumentParser, Namespace
from datetime import UTC, datetime
from typing import Any

from core.cli.base import COMMAND_LINE, Command, print_json, table, whole
from core.common.errors import UserError, shown
from core.common.numbers import count
from core.jobs.job import Job, RunName

_LEAST_KEY = 6  # digits


def _arguments(parser: ArgumentParser) -> None:
    parser.add_argument("key", nargs="?", default="", metavar="KEY", help="one run, by the first digits of its key")
    parser.add_argument("--search", default="", metavar="WORDS", help="only runs in which all these words stand")
    parser.add_argument("--most", type=whole, default=20, metavar="N", help="runs to list, the newest; default 20")
    parser.add_argument("--name", metavar="NAME", help="call the run KEY so; empty for what it is called by itself")
    parser.add_argument("--note", metavar="TEXT", help="keep this beside the run KEY")
    parser.add_argument("--json", action="store_true", help="print JSON instead of a table")


def _run(options: Namespace) -> None:
    from core.jobs.owner import Visitor
    from core.jobs.queue import Jobs
    from core.jobs.search import MOST_SEARCHED, searched

    if (options.name, options.note) != (None, None) and not options.key:
        raise UserError("--name and --note need the key of a run. `runs` lists them.")
    if options.most < 1:
        raise UserError(f"--most is {options.most}. Give the number of runs to list, 1 or more.")
    jobs, me = Jobs(), Visitor(COMMAND_LINE)
    found = searched(jobs.newest(MOST_SEARCHED), options.search, me)
    if options.key:
        found = [_one(found, options.key)]
        if (options.name, options.note) != (None, None):
            found = [_call(jobs, found[0], options, me.calls(found[0]))]
    rows = [_row(job, me.calls(job)) for job in found[: options.most]]
    print_json({"runs": rows}) if options.json else _print(rows, len(found))


def _one(jobs: list[Job], key: str) -> Job:
    fits = [job for job in jobs if job.key.startswith(key)] if len(key) >= _LEAST_KEY else []
    if len(fits) != 1:
        why = f"{count(len(fits))} runs begin so" if fits else "No run has this key"
        raise UserError(f"{shown(key)} names no run. {why}; `runs` lists them. Give at least {_LEAST_KEY} digits.")
    return fits[0]


def _call(jobs: Any, job: Job, options: Namespace, before: RunName) -> Job:
    """The run with what is new of name and note; what is not given stays."""
    name = before.name if options.name is None else options.name
    note = before.note if options.note is None else options.note
    jobs.call(job.key, COMMAND_LINE, name, note)
    called: Job = jobs.get(job.key)
    return called


def _row(job: Job, called: RunName) -> dict[str, Any]:
    at = datetime.fromtimestamp(job.finished or job.created or time.time(), UTC)
    return {
        "key": job.key,
        "kind": job.kind,
        "state": job.state.value,
        "name": called.name,
        "note": called.note,
        "label": job.label,
        "date": at.date().isoformat(),
        "seconds": job.seconds,
        "inputs": [{"name": each.name, "fingerprint": each.fingerprint} for each in job.inputs],
    }


def _print(rows: list[dict[str, Any]], n: int) -> None:
    if not rows:
        print("No run is found.")
        return
    columns = ("key", "state", "date", "name", "label")
    print(
        table(
            [list(columns), *([str(row[name])[: 8 if name == "key" else None] for name in columns] for row in rows)],
            set(),
        )
    )
    for row in rows:
        if row["note"]:
            print(f"{row['key'][:8]}: {row['note']}")
    if n > len(rows):
        print(f"{count(n - len(rows))} more; --most lists them.")


COMMAND = Command(
    key="runs",
    summary="list what ran, name it, find it",
    details=(
        "Lists the runs that the app shows under Runs, newest first. A search finds words in names, notes and in what "
        "a run was asked to do. Names and notes are those that the page shows."
    ),
    arguments=_arguments,
    run=_run,
)
