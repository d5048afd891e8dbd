"""The models on all texts together, best first, each with its interval: one tokenizer saves all of them the same."""

from collections.abc import Sequence
from math import isnan

import numpy as np
import plotly.graph_objects as go

from components.charts.chart import GRID, LINE, finish
from components.lab.context import LabContext
from components.lab.figure import in_lines
from core.lab.key_picture_points import Point

_ROW = 34  # px
_AROUND = 96
_FAR = 1.6  # times what the axis has to reach: what lies beyond that is drawn at its end


def ranked(context: LabContext, shown: Sequence[Point]) -> go.Figure:
    """A row per model, the best on top; the line is the model before."""
    best_first = sorted((p for p in shown if p.role != "original"), key=lambda p: p.lost.value)
    end = edge(context, best_first)
    figure = go.Figure()
    for point in best_first:
        mark = context.mark(context.result.outcome(point.outcome))
        beyond = point.lost.value > end
        value, reach = min(point.lost.value, end), [_reach(point, point.lost.high), _reach(point, point.lost.low)]
        figure.add_trace(
            go.Scatter(
                x=[value], y=[_label(context, point)], mode="markers+text" if beyond else "markers",
                text=[f"{point.lost.value:.2f} →"] if beyond else None, textposition="middle left",
                marker={"color": mark.colour, "symbol": mark.symbol, "size": 12},
                error_x={
                    "type": "data", "symmetric": False, "array": [0 if beyond else reach[0]],
                    "arrayminus": [0 if beyond else reach[1]], "color": mark.colour, "thickness": 1.5, "width": 0,
                },
                hovertemplate=f"{point.bits.value:.3f} bits per byte, {point.lost.value:+.3f}<extra></extra>",
                showlegend=False,
            )
        )  # fmt: skip
    figure.add_vline(x=0, line={"color": LINE, "width": 1.5})
    finish(
        figure,
        _AROUND + _ROW * len(best_first),
        xaxis={
            "title": "Bits per byte lost (← is better)",
            "gridcolor": GRID,
            "range": [min(0.0, *(p.lost.value for p in best_first)) - 0.04 * end, 1.06 * end],
        },
        yaxis={"autorange": "reversed", "automargin": True},
    )
    return figure


def _label(context: LabContext, point: Point) -> str:
    return in_lines(context.names[point.outcome], 24)


def edge(context: LabContext, points: Sequence[Point]) -> float:
    """Where the axis of what is lost ends; what lies further is drawn at its end.

    It reaches what beats the controls, or, if nothing does, all but the controls; the others only where they are near.
    """
    beats = context.verdict.beats
    winners = [p for p in points if beats.get(context.result.outcome(p.outcome).entrant)]
    kept = winners or [p for p in points if p.role != "control"]
    reach = max([0.1, *(float(np.nanmax([p.lost.value, p.lost.high])) for p in kept)])
    return max([reach, *(p.lost.value for p in points if p.lost.value < _FAR * reach)])


def _reach(point: Point, end: float) -> float:
    return 0.0 if isnan(end) else abs(end - point.lost.value)
