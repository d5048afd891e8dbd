"""Languages in order of their premium under one tokenizer, each with its interval."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from components.cached import premium as cached_premium
from components.charts.chart import FAINT, LINE, Chart, finish, names_axis
from components.premium.choosers import one_tokenizer
from components.premium.context import PremiumContext
from components.premium.figure import ONE, cell_columns, cell_table, show
from components.premium.scale import between, log_axis, times
from components.premium.verdicts import ALIKE, margin_input, tested, verdicts, words
from components.widgets.view import View
from core.premium.differences import languages_under

_AT_ONCE = 30


def draw(context: PremiumContext) -> None:
    """The dearest first; a part of them unless the user wants all."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        row = one_tokenizer(context)
        which = st.segmented_control(
            "Which",
            ["Dearest", "Cheapest", "All"],
            default="Dearest",
            required=True,
            key="which",
            bind="query-params",
            help=f"The {_AT_ONCE} dearest or cheapest of the languages found, or all of them.",
        )
        margin = margin_input()
    found = context.found
    value = found.value[row]
    ranked = sorted((c for c in context.columns if not np.isnan(value[c])), key=lambda c: -float(value[c]))
    masked = len(context.columns) - len(ranked)
    shown = {"Dearest": ranked[:_AT_ONCE], "Cheapest": ranked[-_AT_ONCE:], "All": ranked}[which]
    if not shown:
        st.info(f"No language found has a premium with {context.label(row)}: {masked} masked.", icon=":material/block:")
        return
    family = cached_premium.family(languages_under, context.stamp, context.table, row, context.per)
    said = verdicts(family, margin)
    from_base, neighbours = said[shown, context.table.language(context.base)], said[shown[:-1], shown[1:]]
    cells = [(row, c) for c in shown]
    numbers = found.value[row, shown], found.low[row, shown], found.high[row, shown]
    chart = Chart(
        "ranked",
        ranked_figure(
            [context.language(c) for c in shown],
            numbers,
            [context.sentence(row, c) for c in shown],
            from_base,
            neighbours,
            context.colours[context.rows.index(row)],
            f"{context.label(row)}: {context.axis}",
        ),
        f"Premiums of {len(shown)} languages in order. {context.sentence(row, ranked[0])}.",
        lambda: cell_table(context, cells).assign(
            **{
                f"Against {context.base_label}": [words(each, margin) for each in from_base],
                "Against the row above": ["", *(words(each, margin) for each in neighbours)],
            }
        ),
        cell_columns(context),
        {1: cells},
    )
    show(chart, context, "Token premiums")
    n_alike, n_small = int(np.isin(neighbours, ALIKE).sum()), int((neighbours == "small").sum())
    st.caption(
        f"{context.sentence(row, ranked[0])}. Dots are premiums, bars their 95 % intervals. A grey band joins "
        f"neighbours that cannot be told apart, {n_alike} of {len(shown) - 1} pairs, a dotted line those that differ "
        f"by less than {100 * margin:.3g} %, {n_small}; a hollow dot cannot be told from {context.base_label} "
        f"({tested(family, context.table.drawn, f'pairs of languages under {context.label(row)}')}, shown or not). "
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
        from_base: the verdict on each language and the base, (L,); a dot that cannot be told from it is hollow.
        neighbours: that on each language and the next, (L - 1,); a band joins those that cannot be told apart, a dotted
            line those whose difference does not matter.

    >>> numbers = np.array([2.0]), np.array([1.9]), np.array([2.1])
    >>> figure = ranked_figure(["a"], numbers, ["a costs 2"], np.array(["differs"]), np.array([]), "#000", "x")
    >>> list(figure.data[1].text)
    ['  2.00 [1.90, 2.10]  ']
    """
    value, low, high = numbers
    bottom, top = min(1.0, float(np.nanmin(value))), max(1.0, float(np.nanmax(value)))
    band = _joined(value, np.isin(neighbours, ALIKE), {"color": FAINT, "width": 9})
    hollow = np.isin(from_base, ALIKE)
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
            "symbol": np.where(hollow, "circle-open", "circle").tolist(),
            "line": {"width": np.where(hollow, 2, 0).tolist(), "color": colour},
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
    small = _joined(value, np.asarray(neighbours) == "small", {"color": LINE, "width": 1.5, "dash": "dot"})
    figure = go.Figure([band, dots, small])
    figure.add_vline(x=1, line=ONE)
    return finish(figure, 22 * len(names) + 90, xaxis=log_axis(bottom, top, title), yaxis=names_axis(names))


def _joined(value: np.ndarray, pairs: np.ndarray, line: Mapping[str, object]) -> go.Scatter:
    """A line from each dot to the next where a pair is marked, (L - 1,)."""
    found = np.flatnonzero(pairs)
    return go.Scatter(
        x=[x for n in found for x in (value[n], value[n + 1], None)],
        y=[y for n in found for y in (n, n + 1, None)],
        mode="lines",
        line=line,
        hoverinfo="skip",
    )


VIEW = View(label="Ranked", place=10, draw=draw)
