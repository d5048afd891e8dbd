"""A number of the cells of a measure, language by language, for every model."""

from collections.abc import Mapping

from components.charts.chart import Chart
from components.lab.context import LabContext
from components.lab.dots import dots
from core.evaluation.results import Table
from core.lab.key_picture_points import number_at
from core.stats.number import Number


def by_language(
    context: LabContext,
    key: str,
    measure: str,
    column: str,
    title: str,
    words: str,
    zero: float | None = None,
    references: Mapping[str, float] | None = None,
) -> Chart | None:
    """A row for all texts, one per language and one per domain of texts without a language: what means are over.

    None where no model has the number.

    Args:
        measure: key of the evaluator, whose table "cells" has the number.
        title: of the axis, with its unit.
        words: what the number is, for those who do not see the chart.
        zero, references: as for `dots`.
    """
    tables = {o.name: t for o in context.result.outcomes if (t := o.table(measure, "cells")) is not None}
    tables = {name: table for name, table in tables.items() if column in table.columns}
    if not tables:
        return None
    rows = [("", ""), *(context.parts if len(context.parts) > 1 else [])]
    values = {name: [_at(table, column, *row) for row in rows] for name, table in tables.items()}
    names = [context.part(*row) for row in rows]
    return dots(context, key, names, values, title, f"{words} of {len(tables)} models by language.", zero, references)


def _at(table: Table, column: str, code: str, domain: str) -> Number:
    found = table.where(language=code, domain=domain)
    if len(found):
        return number_at(table, column, int(found[0]))
    return Number(float("nan"), reason="It was not measured on these texts.")
