"""Texts that `train` is given in other forms than plain text: tables, and datasets of the Hub."""

import sys
from collections.abc import Sequence
from pathlib import Path

from core.cli.base import COMMAND_LINE
from core.cli.waiting import waited
from core.common.errors import UserError
from core.common.numbers import count, so_many
from core.corpora.column_text import column_text, has_columns
from core.corpora.hub_text import KIND, SCHEME, USUAL_BYTES, HubText, is_pinned, question
from core.corpora.text_uploads import column_name, keep_text
from core.jobs.job import State
from core.jobs.queue import Jobs
from core.jobs.result_codec import restored
from core.training.sources import in_full


def brought(names: Sequence[str], column: str, most_bytes: int) -> list[str]:
    """Each as it is named; for a table or dataset its text, kept like an upload, of which a line is said.

    Args:
        column: in which the text stands; empty for the usual one.
        most_bytes: of each; 0 for all of a table, and as much of a dataset as is usual.

    Raises:
        UserError: one cannot be read or has no text; or a column is named, and there is nothing that has any.
    """
    if column and not any(name.startswith(SCHEME) or has_columns(name) for name in names):
        raise UserError("--column is for tables and for datasets of the Hub, and no --file is one. Leave it out.")
    return [_one(name, column, most_bytes) for name in names]


def _one(name: str, column: str, most_bytes: int) -> str:
    if name.startswith(SCHEME):
        found = _of_dataset(name, column, most_bytes)
        spec = keep_text(found.name, found.data.tobytes())
        print(f"{name} is commit {found.commit}: {count(len(found.data))} bytes, kept as {spec}.", file=sys.stderr)
        return spec
    if not has_columns(name):
        return name
    table = Path(in_full(name))
    text = column_text(table, column, most_bytes)
    spec = keep_text(column_name(table.name, text.column), text.text.encode(errors="replace"))
    cells = so_many(text.n_cells, "cell", "cells")
    print(f"{name}: {cells} of its column {text.column}, kept as {spec}.", file=sys.stderr)
    return spec


def _of_dataset(name: str, column: str, most_bytes: int) -> HubText:
    asked, jobs = question(name, most_bytes or USUAL_BYTES, column), Jobs()
    job = jobs.submit(KIND, asked, COMMAND_LINE, (), f"Text of {asked['dataset']}")
    if job.state is State.DONE and not is_pinned(name):
        jobs.repeat(job.key, COMMAND_LINE)
    return restored(HubText, waited(jobs, job.key))
