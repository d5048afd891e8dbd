"""Marks of several models in rows, each with its interval: languages, classes and the like against one number."""

from collections.abc import Mapping, Sequence
from math import isnan

import pandas as pd
import plotly.graph_objects as go

from components.charts.chart import GRID, LINE, Chart, names_axis
from components.lab.context import AtHand
from components.lab.figure import finish_named
from core.lab.outcome import Outcome
from core.stats.number import Number

_ROW = 34


def dots(
    at_hand: AtHand,
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
    outcomes = [at_hand.result.outcome(name) for name in values]
    for n, outcome in enumerate(outcomes):
        _marks(figure, at_hand, outcome, values[outcome.name], rows, (n + 0.5) / len(outcomes) - 0.5)
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
    return Chart(key, figure, alt, lambda: _numbers(at_hand, rows, values, title))


def figures(
    at_hand: AtHand,
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
        for o in at_hand.result.outcomes
        if any(not isnan(o.number(measure, number).value) for number in rows.values())
    }
    alt = f"{title} of {len(values)} models: {', '.join(rows)}."
    return dots(at_hand, key, list(rows), values, title, alt, zero, references)


def _marks(
    figure: go.Figure, at_hand: AtHand, outcome: Outcome, numbers: Sequence[Number], rows: Sequence[str], shift: float
) -> None:
    mark, name = at_hand.mark(outcome), at_hand.names[outcome.name]
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


def _numbers(at_hand: AtHand, rows: Sequence[str], values: Mapping[str, Sequence[Number]], title: str) -> pd.DataFrame:
    listed = [(row, name, n) for name, numbers in values.items() for row, n in zip(rows, numbers, strict=True)]
    return pd.DataFrame(
        {
            "": [row for row, _, _ in listed],
            "Model": [at_hand.names[name] for _, name, _ in listed],
            title: [n.value for *_, n in listed],
            "Low": [n.low for *_, n in listed],
            "High": [n.high for *_, n in listed],
            "Remark": [n.reason for *_, n in listed],
        }
    )
