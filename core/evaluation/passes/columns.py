"""Numbers with intervals as columns of a table."""

from collections.abc import Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from core.evaluation.passes.cells import Cell
from core.evaluation.results import Column, Table
from core.stats.number import Number


def number_columns(name: str, numbers: Sequence[Number]) -> dict[str, NDArray[np.float64]]:
    """`name`, `name_low` and `name_high`, a row per number.

    >>> {k: v.tolist() for k, v in number_columns("x", [Number(1.0, 0.5, 1.5)]).items()}
    {'x': [1.0], 'x_low': [0.5], 'x_high': [1.5]}
    """
    values = np.array([(n.value, n.low, n.high) for n in numbers], np.float64).reshape(-1, 3)
    return {name: values[:, 0], f"{name}_low": values[:, 1], f"{name}_high": values[:, 2]}


def cell_table(cells: Sequence[Cell], numbers: Mapping[str, Sequence[Number]], **columns: Column) -> Table:
    """A row per cell: language, domain, number of texts, more columns, then numbers with their intervals."""
    found: dict[str, Column] = {
        "language": tuple(cell.language for cell in cells),
        "domain": tuple(cell.domain for cell in cells),
        "n_texts": np.array([len(cell.texts) for cell in cells], np.int64),
        **columns,
    }
    reasons: dict[int, str] = {}
    for name, column in numbers.items():
        found |= number_columns(name, column)
        reasons |= {row: n.reason for row, n in enumerate(column) if n.reason}
    return Table(found, reasons)
