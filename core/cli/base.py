"""What a module of `core.cli` declares."""

import json
import sys
from argparse import ArgumentParser, ArgumentTypeError, Namespace
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from math import isfinite

from core.common.errors import shown
from core.common.numbers import read_number

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


def number(typed: str) -> float:
    """The type of an option that takes a number, as the app's fields read it: 1e-3, 0.5 or 0,5.

    Raises:
        ArgumentTypeError: it is none.
    """
    found = read_number(typed)
    if found is None:
        raise ArgumentTypeError(f"{shown(typed)} is no number.")
    return found


def known(number: float) -> float | None:
    """A number as JSON has it: none where it is not known."""
    return number if isfinite(number) else None


def whole(typed: str) -> int:
    """The type of an option that takes a whole number, every digit of it; 1e6 and 32,000 are some.

    Raises:
        ArgumentTypeError: it is none.

    >>> whole("9007199254740993"), whole("1e6"), whole("32,000")
    (9007199254740993, 1000000, 32000)
    """
    try:
        return int(typed)
    except ValueError:
        found = read_number(typed)
    if found is None or found % 1:
        raise ArgumentTypeError(f"{shown(typed)} is no whole number.")
    return int(found)


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
