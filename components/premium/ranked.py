"""Languages in order of their premium under one tokenizer, each with its interval."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from components.premium.at_hand import AtHand
from components.premium.choosers import one_tokenizer
from components.premium.figure import ONE, Chart, cell_columns, cell_table, finish, names_axis, show
from components.premium.scale import between, log_axis, times

_AT_ONCE = 30


def draw(at_hand: AtHand) -> None:
    """The dearest first; a part of them unless the user wants all."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        row = one_tokenizer(at_hand)
        which = st.segmented_control(
            "Which",
            ["Dearest", "Cheapest", "All"],
            default="Dearest",
            required=True,
            key="which",
            bind="query-params",
            help=f"The {_AT_ONCE} dearest or cheapest of the languages found, or all of them.",
        )
    value = at_hand.found.value[row]
    ranked = sorted((c for c in at_hand.columns if not np.isnan(value[c])), key=lambda c: -float(value[c]))
    masked = len(at_hand.columns) - len(ranked)
    shown = {"Dearest": ranked[:_AT_ONCE], "Cheapest": ranked[-_AT_ONCE:], "All": ranked}[which]
    if not shown:
        st.info(f"No language found has a premium with {at_hand.label(row)}: {masked} masked.", icon=":material/block:")
        return
    cells = (row, np.array(shown))
    figure = ranked_figure(
        [at_hand.language(c) for c in shown],
        value[cells[1]],
        at_hand.found.low[cells],
        at_hand.found.high[cells],
        [at_hand.sentence(row, c) for c in shown],
        at_hand.colours[at_hand.rows.index(row)],
        f"{at_hand.label(row)}: {at_hand.axis}",
    )
    dearest = at_hand.sentence(row, ranked[0])
    shown_cells = [(row, c) for c in shown]
    chart = Chart(
        "ranked",
        figure,
        f"Premiums of {len(shown)} languages in order. {dearest}.",
        lambda: cell_table(at_hand, shown_cells),
        cell_columns(at_hand),
        {0: shown_cells},
    )
    show(chart, at_hand)
    st.caption(
        f"{dearest}. Dots are premiums, bars their 95 % intervals; click a dot for its sentences. "
        f"{len(shown)} of {len(ranked)} languages"
        + (f"; {masked} masked, over 10 % unknown tokens." if masked else ".")
    )


def ranked_figure(
    names: Sequence[str],
    value: np.ndarray,
    low: np.ndarray,
    high: np.ndarray,
    hover: Sequence[str],
    colour: str,
    title: str,
) -> go.Figure:
    """A dot per language with its interval and its number, the first on top.

    >>> figure = ranked_figure(["a"], np.array([2.0]), np.array([1.9]), np.array([2.1]), ["a costs 2"], "#000", "x")
    >>> list(figure.data[0].text)
    ['  2.00 [1.90, 2.10]  ']
    """
    bottom, top = min(1.0, float(np.nanmin(value))), max(1.0, float(np.nanmax(value)))
    text = [f"  {times(v)}{between(a, b)}  " for v, a, b in zip(value, low, high, strict=True)]
    figure = go.Figure(
        go.Scatter(
            x=value,
            y=list(range(len(names))),
            mode="markers+text",
            text=text,
            textposition=["middle left" if v * v > bottom * top else "middle right" for v in value],
            textfont={"size": 11},
            cliponaxis=False,
            marker={"color": colour, "size": 7},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": np.nan_to_num(high - value),
                "arrayminus": np.nan_to_num(value - low),
                "color": colour,
                "thickness": 2,
                "width": 3,
            },
            customdata=list(hover),
            hovertemplate="%{customdata}<extra></extra>",
        )
    )
    figure.add_vline(x=1, line=ONE)
    return finish(figure, 22 * len(names) + 90, xaxis=log_axis(bottom, top, title), yaxis=names_axis(names))
