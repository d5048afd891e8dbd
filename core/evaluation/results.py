"""What a measurement comes to: numbers with intervals, tables and facts."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Annotated, Any

import numpy as np
from numpy.typing import NDArray

from core.common.codec import APART
from core.jobs.store.files import Json
from core.stats.number import Number

Column = Annotated[NDArray[Any], APART] | tuple[str, ...]


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
