"""Coloured cells as polygons: plotly puts a heatmap into an SVG as one bitmap, and print wants sharp lines."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import plotly.graph_objects as go
from plotly.colors import sample_colorscale

from components.charts.cell_numbers import NUMBERS, cell_numbers
from components.charts.print_room import plot_width

_SHADES = 96  # steps of the colour scale
_FILLED, _LETTER = 0.92, 0.6  # share of a cell that its number may take; width of a digit to its height
_MOST, _LEAST = 11, 7.5  # pixels of numbers in cells; 7.5 are 4 to 5 pt
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
    rows, columns = np.shape(cells[0].z)
    letters = _letters(figure, plot_width(figure, width) / columns)
    drawn = go.Figure([part for trace in figure.data for part in _parts(trace, letters)], figure.layout)
    if drawn.layout.xaxis.range is None:
        drawn.update_xaxes(range=[-0.5, columns - 0.5])
    if drawn.layout.yaxis.range is None:
        drawn.update_yaxes(range=[-0.5, rows - 0.5])
    return drawn


def _letters(figure: go.Figure, cell: float) -> float:
    """Pixels of the numbers in cells so wide; 0 where they would be too small to read."""
    texts = [text for trace in figure.data for one in _numbers(trace) for text in one.text]
    size = min(_MOST, _FILLED * cell / (_LETTER * max(map(len, texts), default=1)))
    return size if size >= _LEAST else 0


def _numbers(trace: Any) -> list[go.Scatter]:
    """The numbers that a trace is, or has in its cells."""
    if trace.type == "heatmap" and trace.text is not None and trace.texttemplate:
        return cell_numbers(trace, trace.text)
    return [trace] if trace.meta == NUMBERS else []


def _parts(trace: Any, letters: float) -> list[Any]:
    """A trace as it is printed, with numbers of so many pixels."""
    numbers = [one.update(textfont_size=letters) for one in _numbers(trace) if letters]
    if trace.type == "heatmap":
        return [*_polygons(trace), *numbers]
    return numbers if trace.meta == NUMBERS else [trace]


def _polygons(trace: go.Heatmap) -> list[go.Scatter]:
    z = np.array(trace.z, np.float64)
    low = np.nanmin(z) if trace.zmin is None else trace.zmin
    high = np.nanmax(z) if trace.zmax is None else trace.zmax
    shade = np.clip((z - low) / ((high - low) or 1.0), 0, 1) * _SHADES
    scale = [[stop, colour] for stop, colour in trace.colorscale]
    half = 0.5 - _GAP * (trace.xgap or 0), 0.5 - _GAP * (trace.ygap or 0)
    steps = sorted({int(each) for each in np.rint(shade[~np.isnan(shade)])})
    colour = {step: sample_colorscale(scale, [step / _SHADES])[0] for step in steps}
    found = [_one_shade(np.argwhere(np.rint(shade) == step), colour[step], half) for step in steps]
    return [*found, *_scale(trace, low, high)]


def _one_shade(places: np.ndarray, colour: str, half: tuple[float, float]) -> go.Scatter:
    """All cells of a colour, (row, column) each, as polygons that reach so far to either side."""
    a, b = half
    x = [at for column in places[:, 1].tolist() for at in (*_square(column, a, (-1, 1, 1, -1, -1)), None)]
    y = [at for row in places[:, 0].tolist() for at in (*_square(row, b, (-1, -1, 1, 1, -1)), None)]
    line = {"color": colour, "width": 0.4}  # else neighbours of one colour would show a hair of white between them
    return go.Scatter(x=x, y=y, mode="lines", fill="toself", fillcolor=colour, line=line, showlegend=False)


def _square(middle: float, half: float, sides: Sequence[int]) -> list[float]:
    return [middle + side * half for side in sides]


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
