"""The key picture: compression gained against bits per byte lost, one mark per model and language."""

from collections.abc import Mapping, Sequence
from math import ceil, floor, isnan, log10

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components.charts.chart import FAINT, GRID, LINE, Chart, finish, level
from components.frame import first_page
from components.lab.column_names import FONT, Beyond, Name, height_at_left, placed, rows_beyond
from components.lab.context import LabContext
from components.lab.figure import in_lines, show
from components.lab.ranked import edge, ranked
from core.common.numbers import so_many
from core.jobs.job import State
from core.jobs.shared_cache import shared
from core.lab.key_picture_points import Point, points
from core.stats.number import Number

_HEIGHT = 470
_KEPT = 16  # charts of finished comparisons
_ROOM = 1.12  # of the vertical axis, times what it has to reach
_GROUND = "rgba(128,140,160,.12)"  # of words on the picture, and of what lies beyond its axis
_LEVELS = 6  # numbers on the vertical axis, about
_AT_ZERO = "no transplant"
_FOOT = 0.3  # of what is drawn: room below the lowest mark
_AROUND, _LEGEND_LINE = 78, 19  # px above and below the chart itself, and of a line of the legend
_ZERO_LINE, _MOST_BELOW = 19, 0.5  # px of the words at 0; of the chart
_ROW = 0.075  # of the vertical axis: a row above it of what lies beyond, with how far it lies


def key_picture(context: LabContext) -> None:
    """The picture, with a choice between all texts and languages apart where there are several; it goes ahead."""
    together = len(context.parts) < 2
    if not together:
        together = (
            st.segmented_control(
                "Texts",
                ["By language", "All texts"],
                default="By language",
                required=True,
                key="lab_texts",
                label_visibility="collapsed",
                bind="query-params",
            )
            == "All texts"
        )
    drawn = _drawn(context, together)
    if drawn is None:
        begins = "The picture begins with the first model that has read the texts."
        st.caption(begins if context.job.state.live else "There is nothing to draw.")
        return
    show(drawn, context, before_the_rest=first_page.let_go)


def _drawn(context: LabContext, together: bool) -> Chart | None:
    """The chart of what is there, None if nothing is; of a finished comparison drawn once for everybody."""
    job = context.job
    if job.state is not State.DONE or not context.result.complete:
        return _new(context, together)
    which = "lab picture", job.key, job.place, job.finished, context.dark, together
    return shared().get(which, lambda: _new(context, together), most=_KEPT)


def _new(context: LabContext, together: bool) -> Chart | None:
    every = points(context.result)
    parts = {("", "")} if together else set(context.parts)
    shown = [p for p in every if (p.language, p.domain) in parts and not isnan(p.lost.value)]
    if all(p.role == "original" for p in shown):  # the line at 0, with nothing to hold against it
        return None
    return chart_of_all(context, shown) if together else chart(context, shown)


def chart_of_all(context: LabContext, shown: Sequence[Point]) -> Chart:
    """All texts together."""
    return Chart("picture", ranked(context, shown), _alt(context, shown), lambda: _numbers(context, shown))


def chart(context: LabContext, shown: Sequence[Point]) -> Chart:
    """The picture of these points."""
    top = _ROOM * edge(context, shown)
    gains = [p.gain.value for p in shown if p.gain.value > 0]
    low, high = min(1.0, *gains), max(1.0, *gains)
    pad = max(0.03, 0.12 * float(np.log10(high / low)))
    span = float(np.log10(low)) - pad, float(np.log10(high)) + pad
    figure = go.Figure()
    names = _columns(figure, context, shown, span)
    models = list(dict.fromkeys(p.outcome for p in shown if p.role != "original"))  # the line at 0 is the original
    lowest = min(0.0, *(p.lost.value for p in shown))
    beyond = _beyond([p for p in shown if p.lost.value > top], span)
    rows = 1 + max((one.row for one in beyond.values()), default=-1)
    bottom = top - max(
        (1 + _FOOT) * (top - lowest),
        top / (1 - _share_below(names, len(models)) * (1 + _ROW * rows)),  # of the whole, with the rows on top
    )
    row = _ROW * (top - bottom)
    ceiling = top + row * rows
    far = {point: (top + row * (one.row + 0.5), one.left) for point, one in beyond.items()}
    if far:
        figure.add_shape(
            type="rect", x0=0, x1=1, xref="paper", y0=top, y1=ceiling,
            fillcolor=_GROUND, line={"width": 0}, layer="below",
        )  # fmt: skip
    for name in models:
        _model(figure, context, [p for p in shown if p.outcome == name], far)
    figure.add_shape(**level(0, {"color": LINE, "width": 1.5}))
    figure.add_annotation(
        x=0, y=0, xref="paper", text=_AT_ZERO, showarrow=False, xanchor="left", yanchor="top",
        font={"size": 11},
    )  # fmt: skip
    finish(
        figure,
        _HEIGHT,
        showlegend=True,
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0, "itemclick": "toggleothers"},
        xaxis={
            "title": "Bytes per token, × those before",
            "type": "log",
            "range": list(span),
            "tickvals": _ticks(low, high),
            "ticktext": [f"{tick:g}×" for tick in _ticks(low, high)],
            "gridcolor": GRID,
        },
        yaxis={
            "title": "Bits per byte lost (lower is better)",
            "range": [bottom, ceiling],
            "tickvals": _levels(bottom, top),  # none among what lies beyond
            "gridcolor": GRID,
            "zeroline": False,
        },
        margin={"t": 40},
    )
    return Chart("picture", figure, _alt(context, shown), lambda: _numbers(context, shown))


def _share_below(names: Sequence[Name], n_models: int) -> float:
    """Of the chart's height on a phone, where the legend has a line per model: what lies below the line at 0."""
    height = _HEIGHT - _AROUND - _LEGEND_LINE * n_models
    return min(_MOST_BELOW, (height_at_left(names, len(_AT_ZERO)) + _ZERO_LINE) / max(1, height))


def _columns(figure: go.Figure, context: LabContext, shown: Sequence[Point], span: tuple[float, float]) -> list[Name]:
    """A faint line per language, with its name at the foot: all methods share the new tokenizer, and so the place.

    Returns:
        The names, where they stand.

    Args:
        span: the ends of the axis across, log10.
    """
    first: dict[str, float] = {}
    for point in shown:
        name = context.part(point.language, point.domain)
        if (point.language or point.domain) and point.role != "original":
            first.setdefault(name, float(np.log10(point.gain.value)))
    for at in first.values():
        figure.add_shape(
            type="line", x0=10**at, x1=10**at, y0=0, y1=1, yref="paper", line={"color": FAINT, "width": 1}
        )  # fmt: skip
    share = {name: (at - span[0]) / (span[1] - span[0]) for name, at in first.items()}
    names = placed(share)
    for label in names:
        figure.add_annotation(
            x=span[0] + label.at * (span[1] - span[0]), y=0, yref="paper", showarrow=False,
            text=label.text, xanchor="center", yanchor="bottom", xshift=label.right, yshift=label.up,
            font={"size": FONT}, bgcolor=_GROUND,
        )  # fmt: skip
    return names


def _beyond(far: Sequence[Point], span: tuple[float, float]) -> dict[Point, Beyond]:
    """Where what lies beyond the axis stands, each with its number."""
    ordered = sorted(far, key=lambda p: (p.gain.value, p.lost.value))
    share = [(float(np.log10(p.gain.value)) - span[0]) / (span[1] - span[0]) for p in ordered]
    return dict(zip(ordered, rows_beyond([(at, _far(p)) for at, p in zip(share, ordered, strict=True)]), strict=True))


def _far(point: Point) -> str:
    return f"{point.lost.value:.1f} ↑"


def _model(
    figure: go.Figure, context: LabContext, mine: Sequence[Point], far: Mapping[Point, tuple[float, bool]]
) -> None:
    """Marks of one model.

    Args:
        far: of what lies beyond the axis, where it is drawn, and whether its number stands to the left.
    """
    outcome = context.result.outcome(mine[0].outcome)
    mark = context.mark(outcome)
    beyond = [p in far for p in mine]
    figure.add_trace(
        go.Scatter(
            x=[p.gain.value for p in mine],
            y=[far[p][0] if p in far else p.lost.value for p in mine],
            mode="markers+text" if any(beyond) else "markers",
            text=[_far(p) if p in far else "" for p in mine],
            textposition=["middle left" if p in far and far[p][1] else "middle right" for p in mine],
            name=in_lines(context.names[outcome.name]),
            marker={
                "color": mark.colour,
                "symbol": mark.symbol,
                "size": 11,
                "line": {"width": 2 if mark.symbol.endswith("-open") else 0.5, "color": mark.colour},
            },
            error_y=_bars([p.lost for p in mine], beyond, mark.colour),
            error_x=_bars([p.gain for p in mine], beyond, mark.colour),
            customdata=[_sentence(context, p) for p in mine],
            hovertemplate="%{customdata}<extra></extra>",
        )
    )


def _bars(numbers: Sequence[Number], hidden: Sequence[bool], colour: str) -> dict[str, object]:
    def reach(number: Number, end: float, out: bool) -> float:
        return 0.0 if out or isnan(end) else abs(end - number.value)

    return {
        "type": "data",
        "symmetric": False,
        "array": [reach(n, n.high, out) for n, out in zip(numbers, hidden, strict=True)],
        "arrayminus": [reach(n, n.low, out) for n, out in zip(numbers, hidden, strict=True)],
        "color": colour,
        "thickness": 1.2,
        "width": 0,
    }


def _sentence(context: LabContext, point: Point) -> str:
    """A mark in words.

    Its bits per byte, what that is beyond the original, and how far the tokenizer carries.
    """
    name = context.names[point.outcome]
    where = f" on {context.part(point.language, point.domain)}" if point.language or point.domain else ""
    interval = "" if isnan(point.lost.low) else f" [{point.lost.low:.3f}, {point.lost.high:.3f}]"
    texts = so_many(point.n_texts, "text", "texts")
    return (
        f"<b>{name}</b>{where}<br>{point.bits.value:.3f} bits per byte, {point.lost.value:+.3f}{interval} against "
        f"{context.setting.model.label}<br>{point.gain.value:.2f}× the bytes per token, {texts}"
    )


def _ticks(low: float, high: float) -> list[float]:
    """Round ratios between the ends.

    >>> _ticks(0.9, 2.1)
    [1.0, 1.25, 1.5, 2.0]
    """
    round_ones = [0.25, 0.33, 0.5, 0.67, 0.8, 0.9, 1.0, 1.1, 1.25, 1.5, 2.0, 2.5, 3.0, 4.0, 6.0, 8.0, 16.0]
    inside = [tick for tick in round_ones if low * 0.97 <= tick <= high * 1.03]
    return inside if high / low < 1.7 else [tick for tick in inside if tick not in (0.9, 1.1)]


def _levels(low: float, high: float) -> list[float]:
    """Round numbers between the ends, three to six of them.

    >>> _levels(-0.66, 1.83), _levels(-0.02, 0.11), _levels(0.0, 50.0)
    ([-0.5, 0.0, 0.5, 1.0, 1.5], [0.0, 0.05, 0.1], [0.0, 10.0, 20.0, 30.0, 40.0, 50.0])
    """
    power = 10 ** floor(log10((high - low) / 2))
    step = next(wide * power for wide in (0.2, 0.5, 1.0, 2.0, 5.0) if (high - low) / (wide * power) <= _LEVELS)
    return [round(n * step, 9) for n in range(ceil(low / step), floor(high / step) + 1)]


def _alt(context: LabContext, shown: Sequence[Point]) -> str:
    best = next((o.label for o in context.result.outcomes if o.name.startswith(context.verdict.best)), "")
    finding = f" {context.verdict.sentences[0]}" if context.verdict.best and best else ""
    return f"Bits per byte lost against bytes per token gained, {len(shown)} marks.{finding}"


def _numbers(context: LabContext, shown: Sequence[Point]) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Model": [context.names[p.outcome] for p in shown],
            "Language": [context.part(p.language, p.domain) for p in shown],
            "Bytes per token, ×": [p.gain.value for p in shown],
            "× low": [p.gain.low for p in shown],
            "× high": [p.gain.high for p in shown],
            "Bits per byte": [p.bits.value for p in shown],
            "Bits per byte lost": [p.lost.value for p in shown],
            "Lost low": [p.lost.low for p in shown],
            "Lost high": [p.lost.high for p in shown],
            "Texts": [p.n_texts for p in shown],
            "Remark": [p.lost.reason for p in shown],
        }
    )
