"""The key picture: compression gained against bits per byte lost, a point per model and language."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import nan

from core.common.definitions import Definition
from core.evaluation.results import Table
from core.lab.differences import BITS
from core.lab.outcome import Outcome, Role
from core.lab.result import LabResult
from core.stats.number import Number


@dataclass(frozen=True)
class Point:
    """One model on the texts of one language.

    Args:
        outcome, label, role, method, seed: of the model.
        language, domain: of the texts; empty for all.
        n_texts: that it rests on.
        gain: bytes per token over those of the original; 1 for the original itself.
        lost: bits per byte beyond the original's; 0 for the original itself.
        bits: bits per byte.
    """

    outcome: str
    label: str
    role: Role
    method: str
    seed: int
    language: str
    domain: str
    n_texts: int
    gain: Number
    lost: Number
    bits: Number


def points(result: LabResult) -> list[Point]:
    """A point per outcome and language, domain and both, in the order of the result."""
    return [point for outcome in result.outcomes for point in _points(outcome)]


def _points(outcome: Outcome) -> Iterator[Point]:
    table = outcome.table(BITS, "cells")
    if table is None:
        return
    pairs = list(zip(table.words("language"), table.words("domain"), strict=True))
    for row, pair in enumerate(pairs):
        if pair in pairs[:row]:  # earlier versions took texts without a language twice
            continue
        yield Point(
            outcome.name,
            outcome.label,
            outcome.role,
            outcome.method,
            outcome.seed,
            *pair,
            int(table.numbers("n_texts")[row]),
            number_at(table, "compression_gain", row),
            number_at(table, "difference_to_original", row),
            number_at(table, "model_bits_per_byte", row),
        )


def number_at(table: Table, name: str, row: int) -> Number:
    """A number of a table with its interval, from the columns `name`, `name_low` and `name_high`."""
    if name not in table.columns:
        return Number(nan, reason="It was not measured.")
    reason = table.reasons.get(row, "")
    low, high = (table.columns.get(f"{name}_{end}") for end in ("low", "high"))
    value = float(table.numbers(name)[row])
    if low is None or high is None:
        return Number(value, reason=reason)
    return Number(value, float(table.numbers(f"{name}_low")[row]), float(table.numbers(f"{name}_high")[row]), reason)


@dataclass(frozen=True, eq=False)
class ComparisonTable:
    """The table of methods × measures.

    Args:
        columns: (key of the evaluator, meaning of the number) of each column.
        rows: the outcomes, in the order of the result.
        numbers: of each row, in the order of the columns.
    """

    columns: tuple[tuple[str, Definition], ...]
    rows: tuple[Outcome, ...]
    numbers: tuple[tuple[Number, ...], ...]


def comparison_table(result: LabResult) -> ComparisonTable:
    """Every number that stands for a measure, of every outcome."""
    columns = tuple((key, number) for key, about in result.evaluators.items() for number in about.numbers)
    rows = tuple(tuple(o.number(key, number.key) for key, number in columns) for o in result.outcomes)
    return ComparisonTable(columns, result.outcomes, rows)
