"""Marks of several models in rows, each with its interval: languages, classes and the like against one number."""

from collections.abc import Mapping, Sequence
from math import isnan

import pandas as pd
import plotly.graph_objects as go

from components.charts.chart import GRID, LINE, Chart, names_axis
from components.lab.context import LabContext
from components.lab.figure import finish_named
from core.lab.outcome import Outcome
from core.stats.number import Number

_ROW = 34


def dots(
    context: LabContext,
    key: str,
    rows: Sequence[str],
    values: Mapping[str, Sequence[Number]],
    title: str,
    alt: str,
    zero: float | None = None,
    references: Mapping[str, float] | None = None,
) -> Chart:
    """A row per name, the first on top, with a mark per model.

    Args:
        rows: names of the rows, R of them.
        values: R numbers by name of the outcome.
        title: of the horizontal axis, with its unit.
        zero: where a line says that nothing has changed; None for no line.
        references: values that marks are to be held against, by their words, each a dashed line.
    """
    figure = go.Figure()
    outcomes = [context.result.outcome(name) for name in values]
    for n, outcome in enumerate(outcomes):
        _marks(figure, context, outcome, values[outcome.name], rows, (n + 0.5) / len(outcomes) - 0.5)
    if zero is not None:
        figure.add_vline(x=zero, line={"color": LINE, "width": 1, "dash": "dot"})
    for n, (words, value) in enumerate((references or {}).items()):
        figure.add_vline(
            x=value, line={"color": LINE, "width": 1.5, "dash": "dash"}, annotation_text=words,
            annotation_position="bottom right" if n % 2 == 0 else "top right", annotation_font_size=11,
        )  # fmt: skip
    finish_named(
        figure,
        max(_ROW, 7 * len(outcomes)) * len(rows) + 24,
        xaxis={"title": title, "gridcolor": GRID, "exponentformat": "none"},
        yaxis=names_axis(rows),
    )
    if references:
        figure.update_yaxes(range=[len(rows) - 0.05, -0.6])  # room for their words below the last row
    return Chart(key, figure, alt, lambda: _numbers(context, rows, values, title))


def figures(
    context: LabContext,
    key: str,
    measure: str,
    rows: Mapping[str, str],
    title: str,
    zero: float | None = None,
    references: Mapping[str, float] | None = None,
) -> Chart:
    """Numbers of one measure that share a unit: a row each, of all models that have one.

    Args:
        rows: the words of each row to the key of its number.
    """
    values = {
        o.name: [o.number(measure, number) for number in rows.values()]
        for o in context.result.outcomes
        if any(not isnan(o.number(measure, number).value) for number in rows.values())
    }
    alt = f"{title} of {len(values)} models: {', '.join(rows)}."
    return dots(context, key, list(rows), values, title, alt, zero, references)


def _marks(
    figure: go.Figure,
    context: LabContext,
    outcome: Outcome,
    numbers: Sequence[Number],
    rows: Sequence[str],
    shift: float,
) -> None:
    mark, name = context.mark(outcome), context.names[outcome.name]
    figure.add_trace(
        go.Scatter(
            x=[n.value for n in numbers],
            y=[row + 0.6 * shift for row in range(len(rows))],
            mode="markers",
            name=name,
            marker={"color": mark.colour, "symbol": mark.symbol, "size": 9, "line": {"width": 1, "color": mark.colour}},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": [0 if isnan(n.high) else n.high - n.value for n in numbers],
                "arrayminus": [0 if isnan(n.low) else n.value - n.low for n in numbers],
                "color": mark.colour,
                "thickness": 1.2,
                "width": 0,
            },
            customdata=[
                f"<b>{name}</b>, {row}<br>{n.value:.3f}" + ("" if isnan(n.low) else f" [{n.low:.3f}, {n.high:.3f}]")
                for row, n in zip(rows, numbers, strict=True)
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
    )


def _numbers(
    context: LabContext, rows: Sequence[str], values: Mapping[str, Sequence[Number]], title: str
) -> pd.DataFrame:
    listed = [(row, name, n) for name, numbers in values.items() for row, n in zip(rows, numbers, strict=True)]
    return pd.DataFrame(
        {
            "": [row for row, _, _ in listed],
            "Model": [context.names[name] for _, name, _ in listed],
            title: [n.value for *_, n in listed],
            "Low": [n.low for *_, n in listed],
            "High": [n.high for *_, n in listed],
            "Remark": [n.reason for *_, n in listed],
        }
    )
