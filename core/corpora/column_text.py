"""Text that stands in one column of a table (CSV, TSV, JSON lines, Parquet): a cell behind another, each with a line
end."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from core.common.errors import UnknownName, UserError, shown
from core.common.numbers import count, so_many
from core.corpora.tables import Row, table_rows

ENDINGS = (".csv", ".tsv", ".jsonl", ".parquet")
USUAL_COLUMNS = ("text", "content", "sentence", "document")  # names of the one with the text
_FEW = 8  # names that a message lists


@dataclass(frozen=True)
class ColumnText:
    """The text of a column.

    Args:
        column: as the table spells it.
        text: its cells that are not empty, each with a line end.
        n_cells: how many these are.
        n_empty: rows that have none.
    """

    column: str
    text: str
    n_cells: int
    n_empty: int


def has_columns(name: str) -> bool:
    """Whether a file of this name is read as a table.

    >>> has_columns("a/B.CSV"), has_columns("notes.txt")
    (True, False)
    """
    return name.lower().endswith(ENDINGS)


def column_text(path: Path, column: str = "", most_bytes: int = 0) -> ColumnText:
    """The text of a column.

    Args:
        column: its name; empty for the usual one, or for the only one with text.
        most_bytes: behind which no further cell is read; 0 for all.

    Raises:
        UnreadableFile: it cannot be parsed; says where.
        TooLarge: over 512 MB, packed or unpacked.
        UserError: it has no rows or no such column, or that is empty or no text; says which there are.
    """
    rows = table_rows(path)
    first = next(rows, None)
    if first is None:
        raise UserError(f"{shown(path.name)} holds no rows. Give at least one with text.")
    name = _chosen(path.name, first, column)
    cells, n_empty, size = list[str](), 0, 0
    for cell in _cells(path.name, chain([first], rows), name):
        if not cell.strip():
            n_empty += 1
            continue
        cells.append(f"{cell}\n")
        size += len(cell.encode(errors="replace")) + 1
        if most_bytes and size >= most_bytes:
            break
    _check(path.name, name, cells, n_empty, first)
    return ColumnText(name, "".join(cells), len(cells), n_empty)


def _chosen(file: str, first: Row, asked: str) -> str:
    """The name of a column as the table spells it."""
    by_lower = {name.lower(): name for name in first}
    if asked:
        if asked in first or asked.lower() in by_lower:
            return asked if asked in first else by_lower[asked.lower()]
        raise UnknownName(f"column of {shown(file)} called", asked, first)
    texts = [name for name, value in first.items() if isinstance(value, str | None)]
    usual = [by_lower[name] for name in USUAL_COLUMNS if by_lower.get(name) in texts]
    if usual or len(texts) == 1:
        return (usual or texts)[0]
    *some, last = USUAL_COLUMNS
    raise UserError(
        f"{shown(file)} has {_listed(texts or list(first))}, none of them called {', '.join(some)} or {last}. "
        "Name the column with the text (--column in a terminal)."
    )


def _cells(file: str, rows: Iterable[Row], name: str) -> Iterator[str]:
    for n, row in enumerate(rows, 1):
        cell = row.get(name)
        if not isinstance(cell, str | None):
            others = [other for other, value in row.items() if isinstance(value, str)]
            there = f"Name one with text: {_listed(others)}." if others else "No other column holds text either."
            raise UserError(
                f"The column {shown(name)} of {shown(file)} holds {_kind(cell)} in row {count(n)} and no text. {there}"
            )
        yield cell or ""


def _kind(value: Any) -> str:
    """What stands in a cell, in words.

    >>> _kind(2), _kind(True), _kind(["a"])
    ('the number 2', 'true', 'a list')
    """
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, int | float):
        return f"the number {value:g}"
    return "a list" if isinstance(value, list) else f"a value of another kind ({type(value).__name__})"


def _check(file: str, name: str, cells: Sequence[str], n_empty: int, first: Row) -> None:
    others = [other for other in first if other != name]
    there = f" Name another: {_listed(others)}." if others else " Give another table."
    if not cells:
        rows = so_many(n_empty, "row", "rows")
        raise UserError(f"The column {shown(name)} of {shown(file)} is empty in all {rows}.{there}")
    if not any(character.isalpha() for cell in cells for character in cell):
        example = shown(cells[0].strip(), 24)
        raise UserError(
            f"The column {shown(name)} of {shown(file)} holds no letter, only {example} and the like.{there}"
        )


def _listed(names: Sequence[str]) -> str:
    """
    >>> _listed(["a"]), _listed(["a", "b"])
    ("the column 'a'", "the columns 'a', 'b'")
    """
    more = f" and {count(len(names) - _FEW)} more" if len(names) > _FEW else ""
    return f"the {'column' if len(names) == 1 else 'columns'} {', '.join(shown(one, 24) for one in names[:_FEW])}{more}"
