"""What a module of `core.cli` declares."""

import json
import sys
from argparse import ArgumentParser, Namespace
from collections.abc import Callable, Mapping
from dataclasses import dataclass

COMMAND_LINE = "command line"  # who asks for what is kept from here, as runs know it


@dataclass(frozen=True, kw_only=True)
class Command:
    """One command of `python -m core`.

    Args:
        key: the word that calls it.
        summary: one line for the list of commands.
        details: what its help says above the options; how it counts, what it leaves out.
        arguments: adds its options to a parser.
        run: does the work and prints to stdout; what it prints is whole, also where it raises a UserError.
    """

    key: str
    summary: str
    details: str
    arguments: Callable[[ArgumentParser], None]
    run: Callable[[Namespace], None]


def print_json(document: Mapping[str, object]) -> None:
    """One JSON document on one line of stdout, in ASCII, so that no terminal setting can break it."""
    sys.stdout.write(json.dumps(document, separators=(",", ":"), allow_nan=False) + "\n")


def table(rows: list[list[str]], right: set[int]) -> str:
    """Rows as aligned columns, two spaces apart; the columns in `right` are set flush right.

    >>> print(table([["id", "text"], ["7", "a"], ["12", "bc"]], right={0}))
    id  text
     7  a
    12  bc
    """
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    lines = (
        "  ".join(
            cell.rjust(width) if i in right else cell.ljust(width)
            for i, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in rows
    )
    return "\n".join(lines)
