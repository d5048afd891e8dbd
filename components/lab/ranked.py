"""The models on all texts together, best first, each with its interval: one tokenizer saves all of them the same."""

from collections.abc import Sequence
from math import isnan

import numpy as np
import plotly.graph_objects as go

from components.charts.chart import GRID, LINE, finish
from components.lab.context import LabContext
from core.lab.key_picture_points import Point

_ROW = 34  # px
_AROUND = 96
_FAR = 1.6  # times the worst method: a control beyond that is drawn at the edge


def ranked(context: LabContext, shown: Sequence[Point]) -> go.Figure:
    """A row per model, the best on top; the line is the model before."""
    best_first = sorted((p for p in shown if p.role != "original"), key=lambda p: p.lost.value)
    edge = _edge(best_first)
    figure = go.Figure()
    for point in best_first:
        mark = context.mark(context.result.outcome(point.outcome))
        beyond = point.lost.value > edge
        value, reach = min(point.lost.value, edge), [_reach(point, point.lost.high), _reach(point, point.lost.low)]
        figure.add_trace(
            go.Scatter(
                x=[value], y=[_label(context, point)], mode="markers+text" if beyond else "markers",
                text=[f"{point.lost.value:.2f} →"] if beyond else None, textposition="middle left",
                marker={"color": mark.colour, "symbol": "triangle-right" if beyond else mark.symbol, "size": 12},
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
            "title": f"Bits per byte beyond {context.setting.model.label}; further left is better",
            "gridcolor": GRID,
            "range": [min(0.0, *(p.lost.value for p in best_first)) - 0.04 * edge, 1.06 * edge],
        },
        yaxis={"autorange": "reversed", "automargin": True},
    )
    return figure


def _label(context: LabContext, point: Point) -> str:
    return context.names[point.outcome]


def _edge(points: Sequence[Point]) -> float:
    methods = [float(np.nanmax([p.lost.value, p.lost.high])) for p in points if p.role != "control"]
    reach = max([0.1, *methods])
    controls = [p.lost.value for p in points if p.role == "control"]
    return max([reach, *(c for c in controls if c < _FAR * reach)])


def _reach(point: Point, end: float) -> float:
    return 0.0 if isnan(end) else abs(end - point.lost.value)
