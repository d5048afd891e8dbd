"""Coloured cells as polygons: plotly puts a heatmap into an SVG as one bitmap, and print wants sharp lines."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from plotly.colors import sample_colorscale

_SHADES = 96  # steps of the colour scale
_GAP = 0.02  # of a cell, on either side, for each pixel of a gap


def in_vectors(figure: go.Figure) -> go.Figure:
    """The figure with polygons in place of heatmaps, one trace per shade; colours, gaps, numbers and scales stay.

    >>> drawn = in_vectors(go.Figure(go.Heatmap(z=[[0.0, 1.0]], zmin=0, zmax=1, colorscale="Greys")))
    >>> [trace.type for trace in drawn.data], drawn.data[0].fill
    (['scatter', 'scatter', 'scatter'], 'toself')
    """
    cells = [trace for trace in figure.data if trace.type == "heatmap"]
    if not cells:
        return figure
    parts = [part for trace in figure.data for part in (_polygons(trace) if trace.type == "heatmap" else [trace])]
    drawn = go.Figure(parts, figure.layout)
    rows, columns = np.shape(cells[0].z)
    if drawn.layout.xaxis.range is None:
        drawn.update_xaxes(range=[-0.5, columns - 0.5])
    if drawn.layout.yaxis.range is None:
        drawn.update_yaxes(range=[-0.5, rows - 0.5])
    return drawn


def _polygons(trace: go.Heatmap) -> list[go.Scatter]:
    z = np.array(trace.z, np.float64)
    low = np.nanmin(z) if trace.zmin is None else trace.zmin
    high = np.nanmax(z) if trace.zmax is None else trace.zmax
    shade = np.clip((z - low) / ((high - low) or 1.0), 0, 1) * _SHADES
    scale = [[stop, colour] for stop, colour in trace.colorscale]
    half = 0.5 - _GAP * (trace.xgap or 0), 0.5 - _GAP * (trace.ygap or 0)
    found = [
        _one_shade(np.argwhere(np.rint(shade) == step), sample_colorscale(scale, [step / _SHADES])[0], half)
        for step in sorted({int(each) for each in np.rint(shade[~np.isnan(shade)])})
    ]
    return [*found, *_numbers(trace), *_scale(trace, low, high)]


def _one_shade(places: np.ndarray, colour: str, half: tuple[float, float]) -> go.Scatter:
    """All cells of a colour, (row, column) each, as polygons that reach so far to either side."""
    a, b = half
    x = [at for column in places[:, 1].tolist() for at in (*_square(column, a, (-1, 1, 1, -1, -1)), None)]
    y = [at for row in places[:, 0].tolist() for at in (*_square(row, b, (-1, -1, 1, 1, -1)), None)]
    line = {"color": colour, "width": 0.4}  # else neighbours of one colour would show a hair of white between them
    return go.Scatter(x=x, y=y, mode="lines", fill="toself", fillcolor=colour, line=line, showlegend=False)


def _square(middle: float, half: float, sides: Sequence[int]) -> list[float]:
    return [middle + side * half for side in sides]


def _numbers(trace: go.Heatmap) -> list[go.Scatter]:
    """The texts of the cells, where they have any."""
    if trace.text is None or not trace.texttemplate:
        return []
    texts: Sequence[Sequence[Any]] = trace.text
    rows, columns = np.indices((len(texts), len(texts[0]))).reshape(2, -1).tolist()
    flat = [str(text) for row in texts for text in row]
    return [go.Scatter(x=columns, y=rows, text=flat, mode="text", showlegend=False)]


def _scale(trace: go.Heatmap, low: float, high: float) -> list[go.Scatter]:
    """A point that nobody sees, for the colour bar."""
    if trace.showscale is False:
        return []
    marker = {"color": [low], "cmin": low, "cmax": high, "colorscale": trace.colorscale, "showscale": True}
    return [
        go.Scatter(
            x=[None],
            y=[None],
            mode="markers",
            marker=marker | {"colorbar": trace.colorbar.to_plotly_json()},
            showlegend=False,
        )
    ]
