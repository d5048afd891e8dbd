"""What goes with a premium: the size of the vocabulary, how many speak the language, and its script."""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape
from math import floor, log2
from typing import Literal

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components.charts.chart import GRID, Chart, finish
from components.premium.choosers import one_language, one_tokenizer
from components.premium.context import PremiumContext
from components.premium.figure import ONE, Cell, show
from components.premium.linked import LINKED
from components.premium.scale import log_axis
from components.widgets.view import View
from core.common.numbers import between, count, times
from core.premium.premium import ranks, size_premium
from core.text.languages import SOURCES, language, script_of

_NAMED, _CLOSE = 14, 0.04  # points with a name at most; one that lies closer to a named one has none
_NAME_WIDTH, _NAME_HEIGHT, _NAME_SHIFT = 0.024, 0.06, 0.04  # of a letter and a line, in shares of a phone's picture
_LEFT_END, _RIGHT_END = -0.08, 1.14  # of the axis, in the same shares
Side = Literal["above", "below", "right", "left"]
_TOWARDS: dict[Side, tuple[int, int]] = {"above": (0, 1), "below": (0, -1), "right": (1, 0), "left": (-1, 0)}
_SHAPES = ("circle", "square", "diamond", "triangle-up", "cross", "x")
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00")
_OTHER = "Other"

_AGAINST = ("Vocabulary", "Speakers", "UTF-8")
_ABOUT = (
    "Vocabulary: a point is a tokenizer, in one language. Speakers and UTF-8: a point is a language, "
    "under one tokenizer; UTF-8 is the premium that its bytes alone would have."
)


@dataclass(frozen=True)
class PremiumPoint:
    """One point: its cell, where it stands across, its name, the kind that gives its shape, and more for the hover."""

    cell: Cell
    x: float
    name: str
    kind: str
    about: str = ""


def draw(context: PremiumContext) -> None:
    """Points with intervals on log axes, against one of three facts."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        against = LINKED.choice("Against", _AGAINST, "against", _ABOUT)
        if against == "Vocabulary":
            column = one_language(context)
            marks = _tokenizers(context, column)
            where, title = context.language(column), "ids in the vocabulary"
        else:
            row = one_tokenizer(context)
            marks = _languages(context, row, against)
            where = context.label(row)
            title = "speakers" if against == "Speakers" else f"UTF-8 bytes, × {context.base_label}"
    if len(marks) < 2:
        st.info(
            "It takes two points to see a relation: choose more tokenizers or languages.",
            icon=":material/scatter_plot:",
        )
        return
    rho = spearman([one.x for one in marks], [float(context.found.value[one.cell]) for one in marks])
    kinds = largest_kinds([one.kind for one in marks])
    marks = sorted(marks, key=lambda one: kinds.index(one.kind) if one.kind in kinds else len(kinds))
    groups = [
        [one for one in marks if (one.kind if one.kind in kinds else _OTHER) == kind] for kind in (*kinds, _OTHER)
    ]
    groups = [group for group in groups if group]
    chart = Chart(
        "relations",
        scatter_figure(context, groups, [*kinds, _OTHER], title, against == "UTF-8"),
        f"Premium against {title} for {len(marks)} points, {where}. Rank correlation {rho:.2f}.",
        lambda: mark_table(context, marks, title),
        {"Premium": st.column_config.NumberColumn(format="%.3f", help=context.axis)},
        {n: [one.cell for one in group] for n, group in enumerate(groups)},
    )
    show(chart, context, "Token premiums")
    st.caption(f"{where}. {_about(against, rho, len(marks))}")


def _about(against: str, rho: float, n: int) -> str:
    about = {
        "Vocabulary": "A point is a tokenizer; those without a vocabulary are left out. Tokenizers differ in much "
        "besides size, above all in what they were trained on.",
        "Speakers": "A point is a language, in any script, by the first source that counts it; hover and numbers have "
        "all. Those counted only with a whole macrolanguage, such as Swahili, are left out. Shapes are the commonest "
        f"scripts. {SOURCES}",
        "UTF-8": "A point is a language; on the dotted line it costs the tokenizer what its bytes cost, and below it "
        "the tokenizer makes up for UTF-8.",
    }
    return (
        f"{about[against]} Bars are 95 % intervals, mostly smaller than the mark. Rank correlation (Spearman) "
        f"{rho:.2f} over {n}; no cause."
    )


def _tokenizers(context: PremiumContext, column: int) -> list[PremiumPoint]:
    found = []
    for row in context.rows:
        one = context.table.tokenizers[row]
        if one.n_vocabulary and (row, column) not in context.found.reasons:
            found.append(PremiumPoint((row, column), float(one.n_vocabulary), one.label, one.algorithm))
    return found


def _languages(context: PremiumContext, row: int, against: str) -> list[PremiumPoint]:
    n_bytes = size_premium(context.table, context.table.n_bytes, context.base, context.per)
    found = []
    for column in context.columns:
        one = language(context.table.languages[column])
        x = float(one.speakers or 0) if against == "Speakers" else float(n_bytes[column])
        if x > 0 and (row, column) not in context.found.reasons:
            about = f"<br>{one.speakers_said}" if against == "Speakers" else ""
            found.append(PremiumPoint((row, column), x, context.language(column), script_of(one), about))
    return found


def largest_kinds(kinds: Sequence[str]) -> list[str]:
    """The commonest kinds, at most five, which get shapes of their own.

    >>> largest_kinds(["a", "b", "b"])
    ['b', 'a']
    """
    return sorted(set(kinds), key=lambda kind: (-list(kinds).count(kind), kind))[: len(_SHAPES) - 1]


def spearman(x: Sequence[float], y: Sequence[float]) -> float:
    """Correlation of ranks, equal values sharing the lower one; NaN if either side is all alike.

    >>> round(spearman([1, 2, 3], [10, 20, 15]), 2)
    0.5
    """
    a, b = (ranks(np.array(side, np.float64)).astype(np.float64) for side in (x, y))
    if a.std() == 0 or b.std() == 0:
        return float("nan")
    return float(np.corrcoef(a, b)[0, 1])


def mark_table(context: PremiumContext, marks: Sequence[PremiumPoint], title: str) -> pd.DataFrame:
    """A row per point."""
    found = context.found
    facts = [language(context.table.languages[column]) for _, column in (one.cell for one in marks)]
    said = {"Speakers by source": [one.speakers_said for one in facts]} if title == "speakers" else {}
    return pd.DataFrame(
        {
            "Name": [one.name for one in marks],
            "Kind": [one.kind for one in marks],
            title[0].upper() + title[1:]: [one.x for one in marks],
            "Premium": [float(found.value[one.cell]) for one in marks],
            "Low": [float(found.low[one.cell]) for one in marks],
            "High": [float(found.high[one.cell]) for one in marks],
            **said,
        }
    )


def to_name(x: np.ndarray, y: np.ndarray, most: int = _NAMED) -> list[int]:
    """Points to name: the highest, then those that stand apart and farthest from all named so far.

    >>> to_name(np.array([1.0, 1.0, 9.0]), np.array([4.0, 3.96, 1.0]), 2)
    [0, 2]
    """
    if not len(x):
        return []
    spread = [(side - side.min()) / (np.ptp(side) or 1.0) for side in (np.log(x), np.log(y))]
    gaps = np.hypot(*(side[:, None] - side for side in spread)) + np.eye(len(x))
    alone = gaps.min(1) > 0.02
    chosen = [int(np.argmax(spread[1]))]
    while len(chosen) < min(most, len(x)):
        far = np.min([np.hypot(*(side - side[n] for side in spread)) for n in chosen], axis=0) * alone
        if far.max() < _CLOSE:
            break
        chosen.append(int(np.argmax(far)))
    return chosen


def sides(x: np.ndarray, y: np.ndarray, names: Sequence[str], wanted: Sequence[int]) -> dict[int, Side]:
    """Which points get their name, and on which side: where it covers the fewest points, else the first that is free.

    A name that would lie on another on a phone is left to the hover.

    >>> sides(np.array([1.0, 1.01, 1.02, 9.0]), np.array([2.0, 2.0, 2.0, 1.0]), ["long"] * 4, [0, 1, 2, 3])
    {0: 'above', 1: 'below', 3: 'above'}
    >>> sides(np.array([1.0, 8.8, 9.0]), np.array([9.0, 1.0, 1.1]), ["far", "long name", "near"], [0, 1, 2])
    {0: 'above', 1: 'below', 2: 'above'}
    """
    across, up = ((np.log(side) - np.log(side).min()) / (np.ptp(np.log(side)) or 1.0) for side in (x, y))
    halves = [_NAME_WIDTH * len(name) / 2 for name in names]
    placed: dict[int, tuple[Side, float, float]] = {}  # and where the middle of the name stands

    def middle(n: int, side: Side) -> tuple[float, float]:
        right, high = _TOWARDS[side]
        return float(across[n]) + right * (halves[n] + _NAME_SHIFT / 2), float(up[n]) + high * _NAME_SHIFT

    def covered(n: int, side: Side) -> int:
        at, height = middle(n, side)
        near = (np.abs(across - at) < halves[n]) & (np.abs(up - height) < _NAME_HEIGHT / 2)
        near[n] = False
        return int(near.sum())

    def free(n: int, side: Side) -> bool:
        at, height = middle(n, side)
        inside = not _TOWARDS[side][0] or (at - halves[n] > _LEFT_END and at + halves[n] < _RIGHT_END)
        return inside and all(
            abs(at - other_at) > halves[n] + halves[other] or abs(height - other_height) > _NAME_HEIGHT
            for other, (_, other_at, other_height) in placed.items()
        )

    for n in wanted:
        fitting = [side for side in _TOWARDS if free(n, side)]
        if fitting:
            side = min(fitting, key=lambda one: covered(n, one))
            placed[n] = side, *middle(n, side)
    return {n: side for n, (side, _, _) in placed.items()}


def scatter_figure(
    context: PremiumContext, groups: Sequence[Sequence[PremiumPoint]], kinds: Sequence[str], title: str, diagonal: bool
) -> go.Figure:
    """A trace of points with intervals per kind, on log axes; some named."""
    found = context.found
    every = [one for group in groups for one in group]
    x = np.array([one.x for one in every])
    y = np.array([found.value[one.cell] for one in every])
    traces = []
    for group in groups:
        kind = group[0].kind if group[0].kind in kinds else _OTHER
        k = kinds.index(kind)
        cells = [one.cell for one in group]
        value, low, high = (np.array([side[cell] for cell in cells]) for side in (found.value, found.low, found.high))
        traces.append(
            go.Scatter(
                x=[one.x for one in group],
                y=value,
                mode="markers",
                name=kind,
                marker={"size": 8, "symbol": _SHAPES[k % len(_SHAPES)], "color": _COLOURS[k % len(_COLOURS)]},
                unselected={"marker": {"opacity": 1}},
                error_y={
                    "type": "data",
                    "symmetric": False,
                    "array": np.nan_to_num(high - value),
                    "arrayminus": np.nan_to_num(value - low),
                    "thickness": 1.2,
                    "width": 2,
                },
                customdata=[
                    f"{escape(one.name)}: {times(float(v))}{between(float(a), float(b))} "
                    f"at {_at(one.x)} {title}{one.about}"
                    for one, v, a, b in zip(group, value, low, high, strict=True)
                ],
                hovertemplate="%{customdata}<extra></extra>",
            )
        )
    figure = go.Figure(traces)
    for n, side in sides(x, y, [one.name for one in every], to_name(x, y)).items():
        rightwards, upwards = _TOWARDS[side]
        figure.add_annotation(
            x=float(np.log10(x[n])),
            y=float(np.log10(y[n])),
            text=escape(every[n].name),
            showarrow=False,
            xanchor=("center", "left", "right")[rightwards],
            xshift=7 * rightwards,
            yanchor=("middle", "bottom", "top")[upwards],
            yshift=6 * upwards,
            font={"size": 11},
        )
    across = log_axis(float(x.min()), float(x.max()), title) if diagonal else _wide_axis(x, title)
    figure.add_hline(y=1, line=ONE)
    if diagonal:
        ends = [float(min(x.min(), y.min())), float(max(x.max(), y.max()))]
        figure.add_shape(type="line", x0=ends[0], y0=ends[0], x1=ends[1], y1=ends[1], line=ONE)
    return finish(
        figure,
        480,
        showlegend=len(groups) > 1,
        margin={"l": 4, "r": 4, "t": 30, "b": 4},
        legend={"orientation": "h", "y": 1, "yanchor": "bottom", "x": 0},
        xaxis=across,
        yaxis=log_axis(min(1.0, float(y.min())), max(1.0, float(y.max())) * 1.1, context.axis),
    )


def _at(x: float) -> str:
    return count(x) if x >= 100 else times(x)


def _wide_axis(x: np.ndarray, title: str) -> dict[str, object]:
    """A log axis over powers of ten, or of two where there are few tens."""
    low, high = float(np.log10(x.min())), float(np.log10(x.max()))
    if high - low < 2:
        marks = [2.0**n for n in range(floor(log2(x.min())), floor(log2(x.max())) + 2)]
    else:
        marks = [10.0**n for n in range(floor(low), floor(high) + 2)]
    return {
        "type": "log",
        "range": [low - 0.08 * (high - low + 0.5), high + 0.14 * (high - low + 0.5)],
        "tickvals": marks,
        "ticktext": [_short(mark) for mark in marks],
        "title": title,
        "gridcolor": GRID,
    }


def _short(number: float) -> str:
    for size, unit in ((1e9, "bn"), (1e6, "M"), (1024.0, "k")):
        if number >= size:
            return f"{number / (size if unit != 'k' else 1000 if number % 1000 == 0 else 1024):g}{unit}"
    return f"{number:g}"


VIEW = View(label="Relations", place=70, draw=draw)
