"""Languages in order of their premium under one tokenizer, each with its interval."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from components.cached import premium as cached_premium
from components.charts.chart import FAINT, Chart, finish, names_axis
from components.premium.choosers import one_tokenizer
from components.premium.context import PremiumContext
from components.premium.figure import ONE, cell_columns, cell_table, show
from components.premium.linked import linked_option
from components.premium.scale import between, log_axis, times
from components.widgets.view import View
from core.stats.ratio_t_test import CORRECTION

_AT_ONCE = 30

_WHICH = ("Dearest", "Cheapest", "All")


def draw(context: PremiumContext) -> None:
    """The dearest first; a part of them unless the user wants all."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        row = one_tokenizer(context)
        linked_option("which", _WHICH)
        which = st.segmented_control(
            "Which",
            _WHICH,
            required=True,
            key="which",
            persist_state="session",
            help=f"The {_AT_ONCE} dearest or cheapest of the languages found, or all of them.",
        )
    found = context.found
    value = found.value[row]
    ranked = sorted((c for c in context.columns if not np.isnan(value[c])), key=lambda c: -float(value[c]))
    masked = len(context.columns) - len(ranked)
    shown = {"Dearest": ranked[:_AT_ONCE], "Cheapest": ranked[-_AT_ONCE:], "All": ranked}[which]
    if not shown:
        st.info(f"No language found has a premium with {context.label(row)}: {masked} masked.", icon=":material/block:")
        return
    names = tuple(context.table.languages[c] for c in shown)
    neighbours = cached_premium.differences(
        context.stamp,
        context.table,
        tuple(((row, above), (row, below)) for above, below in pairwise(names)),
        None,
        names[1:],
        context.per,
    )
    from_base = cached_premium.differences(
        context.stamp,
        context.table,
        tuple(((row, code), (row, context.base)) for code in names),
        None,
        names,
        context.per,
    )
    cells = [(row, c) for c in shown]
    numbers = found.value[row, shown], found.low[row, shown], found.high[row, shown]
    chart = Chart(
        "ranked",
        ranked_figure(
            [context.language(c) for c in shown],
            numbers,
            [context.sentence(row, c) for c in shown],
            from_base.distinguishable,
            neighbours.distinguishable,
            context.colours[context.rows.index(row)],
            f"{context.label(row)}: {context.axis}",
        ),
        f"Premiums of {len(shown)} languages in order. {context.sentence(row, ranked[0])}.",
        lambda: cell_table(context, cells).assign(
            **{
                f"Differs from {context.base_label}": from_base.distinguishable,
                "Differs from the row above": [True, *neighbours.distinguishable],
            }
        ),
        cell_columns(context),
        {1: cells},
    )
    show(chart, context, "Token premiums")
    n_alike = int((~neighbours.distinguishable).sum())
    st.caption(
        f"{context.sentence(row, ranked[0])}. Dots are premiums, bars their 95 % intervals. A grey band joins "
        f"neighbours that cannot be told apart, {n_alike} of {len(shown) - 1} pairs; a hollow dot cannot be told from "
        f"{context.base_label} (paired test over sentences, 5 % after {CORRECTION}'s correction). "
        f"{len(shown)} of {len(ranked)} languages"
        + (f"; {masked} masked, over 10 % unknown tokens." if masked else ".")
    )


def ranked_figure(
    names: Sequence[str],
    numbers: tuple[np.ndarray, np.ndarray, np.ndarray],
    hover: Sequence[str],
    from_base: np.ndarray,
    neighbours: np.ndarray,
    colour: str,
    title: str,
) -> go.Figure:
    """A dot per language with its interval and its number, the first on top.

    Args:
        numbers: value, low and high, (L,) each.
        from_base: whether each language differs from the base, bool (L,); a dot that does not is hollow.
        neighbours: whether each differs from the next, bool (L - 1,); a band joins those that do not.

    >>> numbers = np.array([2.0]), np.array([1.9]), np.array([2.1])
    >>> figure = ranked_figure(["a"], numbers, ["a costs 2"], np.array([True]), np.array([], bool), "#000", "x")
    >>> list(figure.data[1].text)
    ['  2.00 [1.90, 2.10]  ']
    """
    value, low, high = numbers
    bottom, top = min(1.0, float(np.nanmin(value))), max(1.0, float(np.nanmax(value)))
    joined = [n for n in range(len(names) - 1) if not neighbours[n]]
    band = go.Scatter(
        x=[x for n in joined for x in (value[n], value[n + 1], None)],
        y=[y for n in joined for y in (n, n + 1, None)],
        mode="lines",
        line={"color": FAINT, "width": 9},
        hoverinfo="skip",
    )
    dots = go.Scatter(
        x=value,
        y=list(range(len(names))),
        mode="markers+text",
        text=[f"  {times(v)}{between(a, b)}  " for v, a, b in zip(value, low, high, strict=True)],
        textposition=["middle left" if v * v > bottom * top else "middle right" for v in value],
        textfont={"size": 11},
        cliponaxis=False,
        marker={
            "color": colour,
            "size": 8,
            "symbol": ["circle" if differs else "circle-open" for differs in from_base],
            "line": {"width": [0 if differs else 2 for differs in from_base], "color": colour},
        },
        unselected={"marker": {"opacity": 1}},
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
    figure = go.Figure([band, dots])
    figure.add_vline(x=1, line=ONE)
    return finish(figure, 22 * len(names) + 90, xaxis=log_axis(bottom, top, title), yaxis=names_axis(names))


VIEW = View(label="Ranked", place=10, draw=draw)
