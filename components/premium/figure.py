"""A chart with all that belongs to it: words for those who do not see it, its numbers as a table, clicks to evidence.

Every view makes a `Chart` and hands it to `show`. Streamlit reports clicks on points, bars and countries, not on cells
of a heatmap; `cells` says which number of the atlas each point stands for.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components.premium.at_hand import AtHand
from components.premium.choosers import LANGUAGE, TOKENIZER, VIEW
from components.premium.controls import COUNTED
from components.premium.ordering import script_of
from components.premium.take_away import take_away
from core.languages import language

GRID, FAINT, LINE = "rgba(128,140,160,.18)", "rgba(128,140,160,.3)", "rgba(128,140,160,.8)"
ONE = {"color": LINE, "width": 1, "dash": "dot"}  # the line at a premium of 1
_CONFIG = {"displayModeBar": False}
_TABLE_WIDTH = 760  # of the table of numbers; a narrow window narrows it

Cell = tuple[int, int]  # row of a tokenizer, column of a language


@dataclass(frozen=True, eq=False)
class Chart:
    """What a view draws.

    Args:
        key: names it in the session and in files; lower case, unique on the page.
        figure: for plotly.
        alt: what it shows and its main finding, in a sentence.
        numbers: makes the table of the same numbers, a row per mark.
        columns: how the table shows its columns, by name.
        cells: the number of the atlas behind each point, by trace; a click there leads to its evidence. Points
            without a number may be missing at the end.
        printed: draws it for what is at hand, where a figure depends on the theme: print is always light.
    """

    key: str
    figure: go.Figure
    alt: str
    numbers: Callable[[], pd.DataFrame]
    columns: Mapping[str, Any] = field(default_factory=dict)
    cells: Mapping[int, Sequence[Cell]] = field(default_factory=dict)
    printed: Callable[[AtHand], go.Figure] | None = None


def show(chart: Chart, at_hand: AtHand) -> None:
    """The chart, and under it its numbers."""
    plot(chart, at_hand)
    numbers(chart, at_hand)


def plot(chart: Chart, at_hand: AtHand) -> None:
    """The chart alone; for charts that are drawn twice, such as for phones."""
    if not chart.cells:
        st.plotly_chart(chart.figure, key=chart.key, config=_CONFIG, alt=chart.alt)
        return
    names = {
        trace: [(at_hand.keys[row], at_hand.table.languages[column]) for row, column in cells]
        for trace, cells in chart.cells.items()
    }
    st.plotly_chart(
        chart.figure,
        key=chart.key,
        config=_CONFIG,
        alt=f"{chart.alt} A click on a mark leads to its sentences.",
        on_select=lambda: _to_evidence(chart.key, names),
        selection_mode="points",
    )


def numbers(chart: Chart, at_hand: AtHand) -> None:
    """A row under the chart: its numbers as a table that the keyboard reaches, and all of it to take away; both are
    made when they are opened."""
    with st.container(horizontal=True, horizontal_alignment="right", key=f"{chart.key}_below"):
        fold = st.popover(
            "Numbers", icon=":material/table:", type="tertiary", key=f"{chart.key}_numbers", on_change="rerun"
        )
        take_away(chart.key, at_hand, chart.alt, chart.numbers, chart.printed or (lambda _: chart.figure))
    if fold.open:
        with fold:
            st.dataframe(
                chart.numbers(),
                hide_index=True,
                column_config=dict(chart.columns),
                key=f"{chart.key}_table",
                width=_TABLE_WIDTH,
                height=420,
            )


def _to_evidence(key: str, names: Mapping[int, Sequence[tuple[str, str]]]) -> None:
    """Show the evidence for the mark clicked; a second click on it, which selects nothing, means the same mark."""
    points = st.session_state[key].selection.points
    last = f"{key}_clicked"
    if points:
        st.session_state[last] = points[0]["curve_number"], points[0]["point_index"]
    trace, point = st.session_state.get(last, (-1, -1))
    name = names[trace][point] if trace in names and point < len(names[trace]) else None
    if name:
        go_to_evidence(*name)


def go_to_evidence(tokenizer: str, code: str) -> None:
    """Make the page show the sentences behind a number, from a callback."""
    state = st.session_state
    if tokenizer not in state[COUNTED]:
        state[COUNTED] = [*state[COUNTED], tokenizer]
    state[TOKENIZER], state[LANGUAGE] = tokenizer, code
    state[VIEW] = "Evidence"


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


def cell_table(at_hand: AtHand, cells: Sequence[Cell]) -> pd.DataFrame:
    """A row per cell: language, tokenizer, premium with its interval, or why there is none."""
    found = at_hand.found
    return pd.DataFrame(
        {
            "Language": [at_hand.language(column) for _, column in cells],
            "Script": [script_of(language(at_hand.table.languages[column])) for _, column in cells],
            "Tokenizer": [at_hand.label(row) for row, _ in cells],
            "Premium": [float(found.value[cell]) for cell in cells],
            "Low": [float(found.low[cell]) for cell in cells],
            "High": [float(found.high[cell]) for cell in cells],
            "Remark": [found.reasons.get(cell, "") for cell in cells],
        }
    )


def cell_columns(at_hand: AtHand) -> dict[str, Any]:
    """How `cell_table` is shown."""
    return {
        "Language": st.column_config.TextColumn(pinned=True),
        "Premium": st.column_config.NumberColumn(format="%.2f", help=at_hand.axis),
        "Low": st.column_config.NumberColumn(format="%.2f", help="Lower end of the 95 % interval."),
        "High": st.column_config.NumberColumn(format="%.2f", help="Upper end of the 95 % interval."),
    }
