"""Numbers with their intervals as a dot per row, the first on top."""

from collections.abc import Callable, Mapping

import pandas as pd
import plotly.graph_objects as go

from components.charts.chart import GRID, Chart, finish, names_axis
from core.stats.number import Number

_FIRST, _OTHER = "#d18a00", "#3a87c8"


def interval_dots(
    key: str, rows: Mapping[str, Number], axis: Mapping[str, object], alt: str, table: Callable[[], pd.DataFrame],
    plain: int = 1,
) -> Chart:  # fmt: skip
    """The picture.

    Args:
        rows: by what is written beside each.
        axis: of the numbers, as plotly has it.
        plain: so many of the first rows have a colour of their own.
    """
    numbers = [*rows.values()]
    error = {
        "type": "data",
        "symmetric": False,
        "array": [one.high - one.value for one in numbers],
        "arrayminus": [one.value - one.low for one in numbers],
        "thickness": 1.5,
        "width": 4,
    }
    figure = go.Figure(
        go.Scatter(
            x=[one.value for one in numbers],
            y=[*range(len(numbers))],
            mode="markers",
            marker={"size": 11, "color": [_FIRST if n < plain else _OTHER for n in range(len(numbers))]},
            error_x=error,
            hovertemplate="%{x}<extra></extra>",
            cliponaxis=False,
        )
    )
    margin = {"l": 4, "r": 14, "t": 4, "b": 4}
    across = {"automargin": True, "gridcolor": GRID, **axis}
    finish(figure, 36 * len(numbers) + 64, margin=margin, xaxis=across, yaxis=names_axis([*rows]))
    return Chart(key, figure, alt, table)
