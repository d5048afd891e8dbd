"""A chart with all that belongs to it: words for those who do not see it, its numbers as a table, how it is printed.

A view makes a `Chart`; the page's own `figure` module shows it, with what leads from there to the evidence.
"""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components.charts.paper import PrintWidth
from core.common.numbers import THIN

GRID, FAINT, LINE = "rgba(128,140,160,.18)", "rgba(128,140,160,.3)", "rgba(128,140,160,.8)"
CONFIG = {"displayModeBar": False}
_SHARED: dict[str, Any] = {
    "margin": {"l": 4, "r": 4, "t": 8, "b": 4},
    "showlegend": False,
    "dragmode": False,
    "hovermode": "closest",
    "hoverlabel": {"align": "left"},
    "plot_bgcolor": "rgba(0,0,0,0)",
    "paper_bgcolor": "rgba(0,0,0,0)",
    "separators": f".{THIN}",  # of decimals and of groups, as in the numbers of sentences
}
_AXIS, _FIXED = re.compile(r"[xy]axis\d*$"), {"fixedrange": True, "zeroline": False}
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
    """What all charts share: no legend, no margins to speak of, no dragging, fixed axes, the page's own ground.

    The layout is set once as a whole: plotly takes twice as long to change it step by step.
    """
    there = {name: value for name, value in figure.layout.to_plotly_json().items() if name != "template"}
    wanted = _joined(_joined(there, {**_SHARED, "height": height}), layout)
    figure.layout = _joined(wanted, {name: _FIXED for name in {"xaxis", "yaxis", *wanted} if _AXIS.match(name)})
    return figure


def _joined(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    """Both, and what stands above where they say the same thing; parts of a part as well.

    >>> _joined({"xaxis": {"title": "a", "type": "log"}}, {"xaxis": {"title": "b"}, "height": 9})
    {'xaxis': {'title': 'b', 'type': 'log'}, 'height': 9}
    """
    parts = {name: {**below[name], **part} for name, part in above.items() if isinstance(below.get(name), dict)}
    return {**below, **above, **parts}


def upright(x: float, line: Mapping[str, object]) -> dict[str, object]:
    """A line from the bottom of a chart to its top, for a layout's `shapes`: plotly's own way takes 2 ms for each."""
    return {"type": "line", "x0": x, "x1": x, "xref": "x", "y0": 0, "y1": 1, "yref": "y domain", "line": line}


def level(y: float, line: Mapping[str, object]) -> dict[str, object]:
    """The same from left to right."""
    return {"type": "line", "x0": 0, "x1": 1, "xref": "x domain", "y0": y, "y1": y, "yref": "y", "line": line}


def names_axis(names: Sequence[str]) -> dict[str, Any]:
    """A vertical axis with a name per row, the first on top."""
    return {
        "tickvals": list(range(len(names))),
        "ticktext": list(names),
        "range": [len(names) - 0.4, -0.6],
        "automargin": True,
        "showgrid": False,
    }
