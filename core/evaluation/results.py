"""What a measurement comes to: numbers with intervals, tables, facts, and how they are stored."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from math import isnan, nan
from typing import Any

import numpy as np
from numpy.typing import NDArray

from core.jobs.job import Output
from core.jobs.store.files import Json

Column = NDArray[Any] | tuple[str, ...]


@dataclass(frozen=True)
class Number:
    """A number with its interval, or the reason why there is none.

    Args:
        value: NaN if undefined.
        low, high: 95 % interval; NaN where there is none.
        reason: why the value is undefined, or why it has no interval; empty if it needs no remark.
    """

    value: float
    low: float = nan
    high: float = nan
    reason: str = ""


@dataclass(frozen=True, eq=False)
class Table:
    """Columns of equal length by name; words are tuples, numbers arrays.

    Args:
        columns: in the order in which they are shown.
        reasons: why numbers of a row are NaN, by row.
    """

    columns: Mapping[str, Column]
    reasons: Mapping[int, str] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if len({len(column) for column in self.columns.values()}) > 1:
            lengths = {name: len(column) for name, column in self.columns.items()}
            raise ValueError(f"columns of one table differ in length: {lengths}")

    def __len__(self) -> int:
        return len(next(iter(self.columns.values()), ()))

    def numbers(self, name: str) -> NDArray[Any]:
        """A column of numbers."""
        column = self.columns[name]
        assert isinstance(column, np.ndarray), f"{name} holds words"
        return column

    def words(self, name: str) -> tuple[str, ...]:
        """A column of words."""
        column = self.columns[name]
        assert isinstance(column, tuple), f"{name} holds numbers"
        return column

    def where(self, **wanted: str) -> NDArray[np.intp]:
        """Rows in which each of these columns of words holds the word given.

        >>> Table({"language": ("de", "en"), "bits": np.ones(2)}).where(language="en").tolist()
        [1]
        """
        columns = [[word == wanted[name] for word in self.words(name)] for name in wanted]
        return np.flatnonzero(np.logical_and.reduce(columns) if columns else np.ones(len(self), np.bool_))


@dataclass(frozen=True, eq=False)
class Measures:
    """What an evaluator found.

    Args:
        numbers: by the keys that the evaluator declares.
        tables: by name.
        facts: JSON without NaN: settings, counts, examples.
        remarks: what a user of the numbers should know, in sentences.
    """

    numbers: Mapping[str, Number] = field(default_factory=dict)
    tables: Mapping[str, Table] = field(default_factory=dict)
    facts: Mapping[str, Json] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()

    def stored(self, prefix: str = "") -> Output:
        """These measures as arrays and JSON; `prefix` keeps several apart in one result."""
        arrays = {
            f"{prefix}{name}/{column}": values
            for name, table in self.tables.items()
            for column, values in table.columns.items()
            if isinstance(values, np.ndarray)
        }
        tables = {
            name: {
                "columns": [[c, None if isinstance(v, np.ndarray) else list(v)] for c, v in table.columns.items()],
                "reasons": {str(row): reason for row, reason in table.reasons.items()},
            }
            for name, table in self.tables.items()
        }
        numbers = {
            key: [*(None if isnan(v) else v for v in (n.value, n.low, n.high)), n.reason]
            for key, n in self.numbers.items()
        }
        document = {"numbers": numbers, "tables": tables, "facts": dict(self.facts), "remarks": list(self.remarks)}
        return Output(arrays, {f"{prefix}measures": document})


def restored(output: Output, prefix: str = "") -> Measures:
    """The measures that `Measures.stored` wrote.

    >>> kept = Measures({"bits": Number(1.5)}, {"texts": Table({"language": ("de",), "bits": np.ones(1)})}).stored("x/")
    >>> restored(kept, "x/").numbers["bits"].value, len(restored(kept, "x/").tables["texts"])
    (1.5, 1)
    """
    document = output.facts[f"{prefix}measures"]
    tables = {
        name: Table(
            {c: output.arrays[f"{prefix}{name}/{c}"] if words is None else tuple(words) for c, words in t["columns"]},
            {int(row): reason for row, reason in t["reasons"].items()},
        )
        for name, t in document["tables"].items()
    }
    numbers = {key: Number(*_floats(values[:3]), str(values[3])) for key, values in document["numbers"].items()}
    return Measures(numbers, tables, document["facts"], tuple(document["remarks"]))


def _floats(values: list[float | None]) -> tuple[float, float, float]:
    value, low, high = (nan if v is None else float(v) for v in values)
    return value, low, high
