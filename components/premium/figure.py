"""Charts of the premium page: shown with their numbers, and with clicks that lead to the evidence.

Streamlit reports clicks on points, bars and countries, not on cells of a heatmap; `Chart.cells` says which number of
the atlas each point stands for.
"""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import pandas as pd
import streamlit as st

from components.charts.chart import CONFIG, LINE, Chart, numbers_fold
from components.frame.into_sight import into_sight
from components.premium.choosers import LANGUAGE, TOKENIZER, VIEW
from components.premium.context import PremiumContext
from components.premium.take_away import take_away
from components.premium.texts import COUNTED
from components.widgets.fold import is_kept
from core.text.languages import language, script_of

ONE = {"color": LINE, "width": 1, "dash": "dot"}  # the line at a premium of 1
_ASKED = "evidence_asked_for"

Cell = tuple[int, int]  # row of a tokenizer, column of a language


def show(chart: Chart, context: PremiumContext, title: str) -> None:
    """The chart, and under it its numbers, which are cited under a title."""
    plot(chart, context)
    numbers(chart, context, title)


def plot(chart: Chart, context: PremiumContext) -> None:
    """The chart alone."""
    if not chart.cells:
        st.plotly_chart(chart.figure, key=chart.key, config=CONFIG, alt=chart.alt)
        return
    names = {
        trace: [(context.keys[row], context.table.languages[column]) for row, column in cells]
        for trace, cells in chart.cells.items()
    }
    st.plotly_chart(
        chart.figure,
        key=chart.key,
        config=CONFIG,
        alt=chart.alt if is_kept() else f"{chart.alt} A click on a mark leads to its sentences.",
        on_select=lambda: _to_evidence(chart.key, names),
        selection_mode="points",
    )


def numbers(
    chart: Chart,
    context: PremiumContext,
    title: str,
    before: Callable[[], None] = lambda: None,
    beside: Callable[[], None] = lambda: None,
) -> None:
    """A row under the chart: its numbers, all of it to take away under a title, and what stands before and beside."""
    with st.container(horizontal=True, horizontal_alignment="right", key=f"{chart.key}_below"):
        with st.container(width="content"):
            before()
        numbers_fold(chart)
        cells = [cell for each in chart.cells.values() for cell in each]
        printed = chart.printed or (lambda *_: chart.figure)
        with st.container(width="content"):
            take_away(chart.key, context, title, chart.alt, chart.numbers, printed, cells)
        with st.container(width="content"):
            beside()


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
    state[VIEW], state[_ASKED] = "Evidence", True


def bring_into_sight() -> None:
    """Move the page to its views if a click has just asked for one: the chart clicked may fill the window."""
    if st.session_state.pop(_ASKED, False):
        into_sight(VIEW)


def cell_table(context: PremiumContext, cells: Sequence[Cell]) -> pd.DataFrame:
    """A row per cell: language, tokenizer, premium with its interval, or why there is none."""
    found = context.found
    return pd.DataFrame(
        {
            "Language": [context.language(column) for _, column in cells],
            "Script": [script_of(language(context.table.languages[column])) for _, column in cells],
            "Tokenizer": [context.label(row) for row, _ in cells],
            "Premium": [float(found.value[cell]) for cell in cells],
            "Low": [float(found.low[cell]) for cell in cells],
            "High": [float(found.high[cell]) for cell in cells],
            "Remark": [found.reasons.get(cell, "") for cell in cells],
        }
    )


def cell_columns(context: PremiumContext) -> dict[str, Any]:
    """How `cell_table` is shown."""
    return {
        "Language": st.column_config.TextColumn(pinned=True),
        "Premium": st.column_config.NumberColumn(format="%.3f", help=context.axis),
        "Low": st.column_config.NumberColumn(format="%.3f", help="Lower end of the 95 % interval."),
        "High": st.column_config.NumberColumn(format="%.3f", help="Upper end of the 95 % interval."),
    }
