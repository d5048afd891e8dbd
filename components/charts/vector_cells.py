"""Coloured cells as polygons: plotly puts a heatmap into an SVG as one bitmap, and print wants sharp lines."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from plotly.colors import sample_colorscale, unlabel_rgb

_SHADES = 96  # steps of the colour scale
_PLOT, _LETTER = 0.75, 0.6  # share of the width that cells have; width of a digit to its height
_MOST, _LEAST = 11, 6.5  # pixels of numbers in cells
_GAP = 0.02  # of a cell, on either side, for each pixel of a gap


def in_vectors(figure: go.Figure, width: int) -> go.Figure:
    """The figure with polygons in place of heatmaps, one trace per shade; colours, gaps, numbers and scales stay.

    Args:
        width: pixels on which it is drawn; numbers that would not fit into its cells are left out.

    >>> drawn = in_vectors(go.Figure(go.Heatmap(z=[[0.0, 1.0]], zmin=0, zmax=1, colorscale="Greys")), 400)
    >>> [trace.type for trace in drawn.data], drawn.data[0].fill
    (['scatter', 'scatter', 'scatter'], 'toself')
    """
    cells = [trace for trace in figure.data if trace.type == "heatmap"]
    if not cells:
        return figure
    parts = [
        part for trace in figure.data for part in (_polygons(trace, width) if trace.type == "heatmap" else [trace])
    ]
    drawn = go.Figure(parts, figure.layout)
    rows, columns = np.shape(cells[0].z)
    if drawn.layout.xaxis.range is None:
        drawn.update_xaxes(range=[-0.5, columns - 0.5])
    if drawn.layout.yaxis.range is None:
        drawn.update_yaxes(range=[-0.5, rows - 0.5])
    return drawn


def _polygons(trace: go.Heatmap, width: int) -> list[go.Scatter]:
    z = np.array(trace.z, np.float64)
    low = np.nanmin(z) if trace.zmin is None else trace.zmin
    high = np.nanmax(z) if trace.zmax is None else trace.zmax
    shade = np.clip((z - low) / ((high - low) or 1.0), 0, 1) * _SHADES
    scale = [[stop, colour] for stop, colour in trace.colorscale]
    half = 0.5 - _GAP * (trace.xgap or 0), 0.5 - _GAP * (trace.ygap or 0)
    steps = sorted({int(each) for each in np.rint(shade[~np.isnan(shade)])})
    colour = {step: sample_colorscale(scale, [step / _SHADES])[0] for step in steps}
    found = [_one_shade(np.argwhere(np.rint(shade) == step), colour[step], half) for step in steps]
    inks = [_ink(colour.get(step, "")) for step in np.rint(np.nan_to_num(shade, nan=-1)).ravel().astype(int).tolist()]
    return [*found, *_numbers(trace, inks, width), *_scale(trace, low, high)]


def _one_shade(places: np.ndarray, colour: str, half: tuple[float, float]) -> go.Scatter:
    """All cells of a colour, (row, column) each, as polygons that reach so far to either side."""
    a, b = half
    x = [at for column in places[:, 1].tolist() for at in (*_square(column, a, (-1, 1, 1, -1, -1)), None)]
    y = [at for row in places[:, 0].tolist() for at in (*_square(row, b, (-1, -1, 1, 1, -1)), None)]
    line = {"color": colour, "width": 0.4}  # else neighbours of one colour would show a hair of white between them
    return go.Scatter(x=x, y=y, mode="lines", fill="toself", fillcolor=colour, line=line, showlegend=False)


def _square(middle: float, half: float, sides: Sequence[int]) -> list[float]:
    return [middle + side * half for side in sides]


def _ink(ground: str) -> str:
    """Black or white, whichever stands out more on a colour: `rgb(r, g, b)`, or empty for paper.

    >>> _ink("rgb(0, 66, 84)"), _ink("rgb(246, 204, 112)")
    ('#ffffff', '#111111')
    """
    shares = [channel / 255 for channel in unlabel_rgb(ground)] if ground else [1.0] * 3
    linear = [c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in shares]  # WCAG 2.2
    luminance = sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True))
    return "#111111" if luminance > 0.184 else "#ffffff"  # where both have the same contrast


def _numbers(trace: go.Heatmap, inks: Sequence[str], width: int) -> list[go.Scatter]:
    """The texts of the cells, where they have any and it fits, in inks that are read on their colours."""
    if trace.text is None or not trace.texttemplate:
        return []
    texts: Sequence[Sequence[Any]] = trace.text
    rows, columns = np.indices((len(texts), len(texts[0]))).reshape(2, -1).tolist()
    flat = [str(text) for row in texts for text in row]
    size = min(_MOST, _PLOT * width / len(texts[0]) / (_LETTER * max(map(len, flat), default=1)))
    if size < _LEAST:
        return []
    font = {"size": size, "color": list(inks)}
    return [go.Scatter(x=columns, y=rows, text=flat, mode="text", textfont=font, showlegend=False)]


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
