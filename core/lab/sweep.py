"""Several settings of one method in a line, as they are typed: `k = 4, 8, 16` is three of them."""

from collections.abc import Callable, Mapping, Sequence
from itertools import product
from math import prod
from typing import Protocol

from core.common.errors import UserError, shown
from core.common.numbers import count
from core.common.params import Param, Value, read_params
from core.lab.plan import MOST_METHODS, MOST_SEED, Choice

_MOST_DIGITS = 100  # of a seed; int() takes no more than some thousand

Settings = dict[str, Value]


def swept(of: str, params: Sequence[Param], line: str) -> list[Settings]:
    """Every combination of the values in a line, in its order; one without any for an empty line.

    Args:
        of: key of the entry whose parameters they are, for messages.

    Raises:
        UserError: a value stands before any name, a name is given twice or is none, a value cannot be, or there are
            more combinations than a comparison has room for.

    >>> k = Param(key="k", label="Atoms", default=8, help="How many.", low=1, high=64)
    >>> swept("omp", [k], "k = 4, 8, 16")
    [{'k': 4}, {'k': 8}, {'k': 16}]
    """
    written = _by_name(line)
    n = prod(map(len, written.values()))
    if n > MOST_METHODS:
        raise UserError(f"{count(n)} settings of {of} are too many for one comparison; {MOST_METHODS} are the most.")
    read = [[read_params(of, params, {name: value}).values[name] for value in values]
            for name, values in written.items()]  # fmt: skip
    return [dict(zip(written, values, strict=True)) for values in product(*read)]


class Settable(Protocol):
    """An entry that declares what can be set."""

    @property
    def params(self) -> Sequence[Param]:
        """What can be set."""


def choices(text: str, entry: Callable[[str], Settable]) -> list[Choice]:
    """What `KEY[:NAME=VALUE,…]` asks for: the entry once with each combination of the values.

    Args:
        entry: finds one by its key.

    Raises:
        UserError: as `entry` and `swept`.
    """
    key, _, line = text.partition(":")
    return [Choice(key, settings) for settings in swept(key, entry(key).params, line)]


def _by_name(line: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    name = ""
    for piece in filter(None, map(str.strip, line.split(","))):
        before, equals, value = (part.strip() for part in piece.rpartition("="))
        if equals and before in found:
            raise UserError(f"The parameter {shown(before)} is given twice. Give it once, with all its values.")
        name = before if equals else name
        if not name or not value:
            raise UserError(f"{shown(piece)} is no parameter. Write NAME=VALUE, such as k=64.")
        found.setdefault(name, []).append(value)
    return found


def lines_of(params: Sequence[Param], settings: Sequence[Mapping[str, Value]]) -> list[str]:
    """The lines that `swept` reads these settings from, in their order: one where they are all combinations.

    >>> k = Param(key="k", label="Atoms", default=8, help="How many.")
    >>> lines_of([k], [{"k": 4}, {}, {"k": 16}])
    ['k = 4, 8, 16']
    """
    used = [param for param in params if any(param.key in each for each in settings)]
    rows = [tuple(each.get(param.key, param.default) for param in used) for each in settings]
    columns = [list(dict.fromkeys(column)) for column in zip(*rows, strict=True)]
    if list(product(*columns)) == rows:
        return [_line(used, columns)]
    return [_line(used, [[value] for value in row]) for row in rows]


def _line(params: Sequence[Param], values: Sequence[Sequence[Value]]) -> str:
    return ", ".join(f"{param.key} = {', '.join(map(str, each))}" for param, each in zip(params, values, strict=True))


def seeds_of(line: str) -> tuple[int, ...]:
    """The seeds in a line.

    Raises:
        UserError: one is no whole number, or too large.

    >>> seeds_of("0, 1, 7")
    (0, 1, 7)
    """
    pieces = list(filter(None, map(str.strip, line.split(","))))
    for piece in pieces:
        digits = piece.isascii() and piece.isdecimal() and len(piece) <= _MOST_DIGITS
        if not digits or int(piece) > MOST_SEED:
            raise UserError(
                f"{shown(piece)} is no seed. Write whole numbers from 0 to {count(MOST_SEED)} with commas: 0, 1, 2."
            )
    return tuple(map(int, pieces)) or (0,)
