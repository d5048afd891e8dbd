"""Several tokenizers in one picture: a dot with its interval for each, a row per language."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from components.charts.chart import FAINT, finish, names_axis
from components.premium.context import PremiumContext
from components.premium.figure import ONE, Cell
from components.premium.linked import LINKED
from components.premium.scale import log_axis
from core.premium.premium import Premiums

SYMBOLS = ("circle", "square", "diamond", "triangle-up", "cross", "x", "star", "triangle-down")
_HOW_MANY = ("One", "Several")
_BETWEEN = 0.04  # of the width, from panel to panel


@dataclass(frozen=True, eq=False)
class PremiumPanel:
    """Premiums by one unit: value, low and high, (tokenizers, languages) each, and each in words."""

    title: str
    value: np.ndarray
    low: np.ndarray
    high: np.ndarray
    words: Sequence[Sequence[str]]


def several() -> bool:
    """Ask whether one tokenizer is drawn, or several side by side."""
    LINKED.option("beside", _HOW_MANY)
    return (
        st.segmented_control(
            "Tokenizers",
            _HOW_MANY,
            required=True,
            key="beside",
            persist_state="session",
            help=f"Several: the first {len(SYMBOLS)} of the page, in the order of languages of the one chosen.",
        )
        == "Several"
    )


def beside(context: PremiumContext, row: int) -> list[int]:
    """As many tokenizers as have a sign of their own, the one chosen among them."""
    first = list(context.rows[: len(SYMBOLS)])
    return first if row in first else [row, *first[:-1]]


def panel(
    title: str, found: Premiums, rows: Sequence[int], columns: Sequence[int], words: Sequence[Sequence[str]]
) -> PremiumPanel:
    """What is drawn of premiums, for these tokenizers and languages."""
    cells = np.ix_(rows, columns)
    return PremiumPanel(title, found.value[cells], found.low[cells], found.high[cells], words)


def cells_beside(rows: Sequence[int], columns: Sequence[int], n_panels: int) -> dict[int, list[Cell]]:
    """The cell of every dot of `side_by_side`, by trace."""
    size = len(rows) + 1
    return {
        size * place + 1 + k: [(row, column) for column in columns]
        for place in range(n_panels)
        for k, row in enumerate(rows)
    }


def side_by_side(
    names: Sequence[str], labels: Sequence[str], colours: Sequence[str], panels: Sequence[PremiumPanel]
) -> go.Figure:
    """Panels with a row per language, and in it a dot with its interval per tokenizer, each with colour and sign.

    >>> one = np.array([[2.0], [3.0]])
    >>> figure = side_by_side(["x"], ["a", "b"], ["#000", "#111"], [PremiumPanel("t", one, one, one, [["p"], ["q"]])])
    >>> [trace.name for trace in figure.data], figure.data[2].marker.symbol
    ([None, 'a', 'b'], 'square')
    """
    figure = go.Figure()
    width = (1 + _BETWEEN) / len(panels)
    axes: dict[str, object] = {}
    for place, one in enumerate(panels):
        suffix = "" if place == 0 else str(place + 1)
        figure.add_traces([_reaches(one, f"x{suffix}"), *_dots(one, labels, colours, f"x{suffix}", place == 0)])
        bottom, top = float(np.nanmin(one.value)), float(np.nanmax(one.value))
        title = one.title.replace(" ", "<br>", 1).replace(", ", ",<br>") if len(panels) > 1 else one.title
        axes[f"xaxis{suffix}"] = log_axis(bottom, top, title) | {
            "domain": [place * width, place * width + width - _BETWEEN]
        }
        if bottom < 1.1 and top > 0.9:
            figure.add_shape(type="line", x0=1, x1=1, y0=0, y1=1, xref=f"x{suffix}", yref="paper", line=ONE)
    return finish(
        figure,
        (14 + 3 * len(labels)) * len(names) + 130,
        showlegend=True,
        margin={"l": 4, "r": 4, "t": 56, "b": 4},
        legend={"orientation": "h", "y": 1, "yanchor": "bottom", "x": 0, "maxheight": 0.9},
        yaxis=names_axis(names),
        **axes,
    )


def _reaches(one: PremiumPanel, axis: str) -> go.Scatter:
    """A faint line per language from its cheapest tokenizer to its dearest."""
    known = [n for n in range(one.value.shape[1]) if not np.isnan(one.value[:, n]).all()]
    return go.Scatter(
        x=[x for n in known for x in (np.nanmin(one.value[:, n]), np.nanmax(one.value[:, n]), None)],
        y=[y for n in known for y in (n, n, None)],
        mode="lines",
        line={"color": FAINT, "width": 1},
        hoverinfo="skip",
        showlegend=False,
        xaxis=axis,
    )


def _dots(one: PremiumPanel, labels: Sequence[str], colours: Sequence[str], axis: str, named: bool) -> list[go.Scatter]:
    shift = np.linspace(-0.3, 0.3, len(labels)) if len(labels) > 1 else np.zeros(1)
    return [
        go.Scatter(
            x=one.value[k],
            y=(np.arange(one.value.shape[1]) + shift[k]).tolist(),
            mode="markers",
            name=label,
            legendgroup=label,
            showlegend=named,
            xaxis=axis,
            marker={"color": colours[k], "size": 7, "symbol": SYMBOLS[k % len(SYMBOLS)]},
            unselected={"marker": {"opacity": 1}},
            error_x={
                "type": "data",
                "symmetric": False,
                "array": np.nan_to_num(one.high[k] - one.value[k]),
                "arrayminus": np.nan_to_num(one.value[k] - one.low[k]),
                "color": colours[k],
                "thickness": 1.5,
                "width": 0,
            },
            customdata=list(one.words[k]),
            hovertemplate="%{customdata}<extra></extra>",
        )
        for k, label in enumerate(labels)
    ]
