"""A chart with all that belongs to it: words for those who do not see it, its numbers as a table, how it is printed.

A view makes a `Chart`; the page's own `figure` module shows it, with what leads from there to the evidence.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components.charts.paper import PrintWidth

GRID, FAINT, LINE = "rgba(128,140,160,.18)", "rgba(128,140,160,.3)", "rgba(128,140,160,.8)"
CONFIG = {"displayModeBar": False}
_TABLE_WIDTH = 760  # of the table of numbers; a narrow window narrows it


@dataclass(frozen=True, eq=False)
class Chart:
    """What a view draws.

    Args:
        key: names it in the session and in files; lower case, unique on the page.
        figure: for plotly.
        alt: what it shows and its main finding, in a sentence.
        numbers: makes the table of the same numbers, a row per mark.
        columns: how the table shows its columns, by name.
        cells: what stands behind each point, by trace, where a click leads there. Points with nothing behind them may
            be missing at the end.
        printed: draws it for what is at hand and a width, where a figure depends on the theme or the room: print is
            always light.
    """

    key: str
    figure: go.Figure
    alt: str
    numbers: Callable[[], pd.DataFrame]
    columns: Mapping[str, Any] = field(default_factory=dict)
    cells: Mapping[int, Sequence[tuple[int, int]]] = field(default_factory=dict)
    printed: Callable[[Any, PrintWidth], go.Figure] | None = None


def numbers_fold(chart: Chart) -> None:
    """A popover with the numbers as a table that the keyboard reaches; made when it is opened."""
    fold = st.popover(
        "Numbers", icon=":material/table:", type="tertiary", key=f"{chart.key}_numbers", on_change="rerun"
    )
    if fold.open:
        with fold:
            st.dataframe(
                chart.numbers(),
                hide_index=True,
                column_config=dict(chart.columns),
                key=f"{chart.key}_table",
                width=_TABLE_WIDTH,
                height=420,
                placeholder="–",
            )


def finish(figure: go.Figure, height: int, **layout: Any) -> go.Figure:
    """What all charts share: no legend, no margins to speak of, no dragging, fixed axes, the page's own ground."""
    figure.update_layout(
        height=height,
        margin={"l": 4, "r": 4, "t": 8, "b": 4},
        showlegend=False,
        dragmode=False,
        hovermode="closest",
        hoverlabel={"align": "left"},
        plot_bgcolor="rgba(0,0,0,0)",
        paper_bgcolor="rgba(0,0,0,0)",
    )
    figure.update_layout(**layout)
    figure.update_xaxes(fixedrange=True, zeroline=False)
    figure.update_yaxes(fixedrange=True, zeroline=False)
    return figure


def names_axis(names: Sequence[str]) -> dict[str, Any]:
    """A vertical axis with a name per row, the first on top."""
    return {
        "tickvals": list(range(len(names))),
        "ticktext": list(names),
        "range": [len(names) - 0.4, -0.6],
        "automargin": True,
        "showgrid": False,
    }
