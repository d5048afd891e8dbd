"""Bars of shares, one a tokenizer: how a division divides each vocabulary."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st
from numpy.typing import NDArray

from components.cached import vocabulary as cached
from components.charts.chart import GRID, Chart, finish
from components.vocabulary.context import VocabularyContext
from components.vocabulary.rows import VocabularyRow
from core.vocabulary.division import Division, sizes

# Neighbours differ in lightness as well as in hue.
_COLOURS = (
    *("#7f7f7f", "#117733", "#9ecae8", "#3a87c8", "#0b4a85", "#f6cf71", "#e69f00", "#9c6500"),
    *("#d1495b", "#d8b5e8", "#a06cc4", "#5d2f86"),
)
OTHERS = "All others"
_LEGEND = 125  # pixels; on a phone the rest of it is scrolled to
_ROW, _FOOT = 54, _LEGEND + 65  # pixels of a bar with its name, and of axis and legend
_ENDS = {"l": 12, "r": 20}  # pixels, room for 0% and 100%: plotly leaves out what would be cut


def shares_of(division: Division, rows: Sequence[VocabularyRow]) -> NDArray[np.float64]:
    """Share of each vocabulary's entries that each part has, 0 to 1, (rows, P)."""
    counted = np.array([sizes(cached.places(row.entries, division.key), len(division.parts)) for row in rows])
    found: NDArray[np.float64] = counted / np.maximum(counted.sum(1, keepdims=True), 1)
    return found


def used_shares_of(division: Division, rows: Sequence[VocabularyRow], corpus: str) -> NDArray[np.float64]:
    """Share of the tokens of a corpus, by its spec, that each part has, 0 to 1, (rows, P)."""
    used = [cached.used(row.entries, corpus).counts for row in rows]
    places = [cached.places(row.entries, division.key) for row in rows]
    n_parts = len(division.parts)
    counted = np.array([sizes(each, n_parts, weights) for each, weights in zip(places, used, strict=True)])
    found: NDArray[np.float64] = counted / np.maximum(counted.sum(1, keepdims=True), 1)
    return found


def shares_chart(
    division: Division,
    name: str,
    shares: NDArray[np.float64],
    largest: NDArray[np.float64],
    title: str,
    context: VocabularyContext,
) -> Chart:
    """A bar per tokenizer, its largest parts by colour and the others together.

    Args:
        largest: decides which parts are drawn, and so their colours; (rows, P).
        title: of the axis.
    """
    names = [row.label for row in context.rows]
    return Chart(
        f"composition_{division.key}_{name}",
        stacked_bars(division.parts, shares, largest, names, title),
        _in_words(division, shares, title, names),
        lambda: _table(division, shares, names),
        columns=dict.fromkeys(names, st.column_config.NumberColumn(format="percent")),
    )


def stacked_bars(
    parts: Sequence[str],
    shares: NDArray[np.float64],
    largest: NDArray[np.float64],
    names: Sequence[str],
    title: str,
) -> go.Figure:
    """A bar per name, its largest parts by colour and the others together.

    Args:
        shares: of each part, 0 to 1, (names, parts).
        largest: decides which parts are drawn, and so their colours; of the same shape.
        title: of the axis.
    """
    drawn = largest_parts(largest)
    figure = go.Figure([_bar(parts[part], n, shares[:, part], names) for n, part in enumerate(drawn)])
    rest = np.setdiff1d(np.flatnonzero(largest.any(0)), drawn)
    if len(rest):
        figure.add_trace(_bar(OTHERS, len(_COLOURS) - 1, shares[:, rest].sum(1), names))
    return _laid_out(figure, names, title)


def largest_parts(shares: NDArray[np.float64]) -> NDArray[np.intp]:
    """Places of the parts that are drawn by themselves, in order: all, or those with the largest share anywhere.

    >>> largest_parts(np.array([[0.5, 0.0, 0.5]])).tolist()
    [0, 2]
    """
    there = np.flatnonzero(shares.any(0))
    if len(there) > len(_COLOURS):
        there = there[np.argsort(-shares[:, there].max(0), kind="stable")][: len(_COLOURS) - 1]
    return np.sort(there)


def _bar(part: str, colour: int, shares: NDArray[np.float64], names: Sequence[str]) -> go.Bar:
    return go.Bar(
        name=part,
        x=shares,
        y=list(range(len(names))),
        orientation="h",
        width=0.5,
        marker={"color": _COLOURS[colour], "line": {"width": 0}},
        customdata=list(names),
        hovertemplate=f"{part}: %{{x:.1%}} of %{{customdata}}<extra></extra>",
    )


def _laid_out(figure: go.Figure, names: Sequence[str], title: str) -> go.Figure:
    figure = finish(
        figure,
        _ROW * len(names) + _FOOT,
        barmode="stack",
        margin=_ENDS,
        showlegend=True,
        legend={
            "orientation": "h",
            "y": 0,
            "yref": "container",
            "yanchor": "bottom",
            "traceorder": "normal",
            "maxheight": _LEGEND,
        },
        xaxis={"range": [0, 1], "tickformat": ".0%", "gridcolor": GRID, "title": title},
        yaxis={"range": [len(names) - 0.4, -0.75], "visible": False},
    )
    for n, name in enumerate(names):
        figure.add_annotation(x=0, y=n - 0.28, text=name, xanchor="left", yanchor="bottom", showarrow=False)
    return figure


def _in_words(division: Division, shares: NDArray[np.float64], title: str, names: Sequence[str]) -> str:
    most = (
        f"{name}: {division.parts[int(each.argmax())]}, {each.max():.0%}"
        for name, each in zip(names, shares, strict=True)
    )
    return f"{title.capitalize()}, by {division.definition.label.lower()}; the largest part of {'; '.join(most)}."


def _table(division: Division, shares: NDArray[np.float64], names: Sequence[str]) -> pd.DataFrame:
    there = np.flatnonzero(shares.any(0))
    parts = [division.parts[part] for part in there]
    return pd.DataFrame({"Part": parts} | {name: shares[n, there] for n, name in enumerate(names)})
