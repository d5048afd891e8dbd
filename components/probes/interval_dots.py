"""Numbers with their intervals as a dot per row, the first on top."""

from collections.abc import Callable, Mapping

import pandas as pd
import plotly.graph_objects as go

from components.charts.chart import GRID, Chart, finish, names_axis
from core.stats.number import Number

_FIRST, _OTHER = "#d18a00", "#3a87c8"


def interval_dots(
    key: str, rows: Mapping[str, Number], axis: Mapping[str, object], alt: str, table: Callable[[], pd.DataFrame],
    first: int = 0,
) -> Chart:  # fmt: skip
    """The picture.

    Args:
        rows: by what is written beside each.
        axis: of the numbers, as plotly has it.
        first: so many rows on top have a colour of their own.
    """
    marks = [_dot(place, one, _FIRST if place < first else _OTHER) for place, one in enumerate(rows.values())]
    figure = go.Figure(marks)
    margin = {"l": 4, "r": 14, "t": 4, "b": 4}
    across = {"automargin": True, "gridcolor": GRID, **axis}
    finish(figure, 36 * len(rows) + 64, margin=margin, xaxis=across, yaxis=names_axis([*rows]))
    return Chart(key, figure, alt, table)


def _dot(place: int, one: Number, colour: str) -> go.Scatter:
    return go.Scatter(
        x=[one.value],
        y=[place],
        mode="markers",
        marker={"size": 11, "color": colour},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": [one.high - one.value],
            "arrayminus": [one.value - one.low],
            "color": colour,
            "thickness": 2,
            "width": 4,
        },
        hovertemplate="%{x}<extra></extra>",
        cliponaxis=False,
    )
