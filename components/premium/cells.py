"""What charts of coloured cells share: signs that print without hue as well, and points that take clicks.

Slanted lines mean the same on every picture of the page: there is no number, and hovering says why.
"""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go

CLEARLY_LESS = 0.97  # of the base: below it a cell is seen to be blue-green
GREY = {False: "rgb(205,208,214)", True: "rgb(92,98,110)"}
HATCHED = "▨ hatched: no number, masked or not counted yet"  # for captions
LINES = {False: "rgb(120,126,138)", True: "rgb(160,166,178)"}


def hatched(cells: np.ndarray, gap: int, dark: bool) -> list[go.Heatmap | go.Scatter]:
    """Grey under a slanted line for each cell that is True, bool (rows, columns); seen on paper as well.

    >>> [trace.type for trace in hatched(np.array([[True, False]]), 1, False)]
    ['heatmap', 'scatter']
    """
    grey = go.Heatmap(
        z=np.where(cells, 1.0, np.nan),
        colorscale=[[0, GREY[dark]], [1, GREY[dark]]],
        showscale=False,
        xgap=gap,
        ygap=1,
        hoverinfo="skip",
    )
    return [grey, _signs(cells, {"symbol": "line-ne", "size": 6, "line": {"width": 1, "color": LINES[dark]}})]


def cheaper(value: np.ndarray, dark: bool) -> list[go.Scatter]:
    """A triangle on each cell that costs less than the base, (rows, columns): in grey, ½ and 2 look alike.

    >>> cheaper(np.array([[0.5, 2.0]]), False)[0].x.tolist(), cheaper(np.array([[2.0]]), False)
    ([0.0], [])
    """
    cells = value < CLEARLY_LESS
    ink = "rgb(230,240,240)" if dark else "rgb(0,50,64)"
    return [_signs(cells, {"symbol": "triangle-down", "size": 4, "color": ink})] if cells.any() else []


def corners(cells: np.ndarray, dark: bool) -> go.Scatter:
    """A ring in a corner of each cell that is True, (rows, columns), clear of the number in its middle.

    >>> corners(np.array([[True, False]]), False).marker.symbol
    'circle-open'
    """
    ink = "rgb(225,228,234)" if dark else "rgb(40,46,58)"
    return _signs(cells, {"symbol": "circle-open", "size": 5, "color": ink}, 0.36)


def _signs(cells: np.ndarray, marker: Mapping[str, object], aside: float = 0.0) -> go.Scatter:
    """A mark per cell that is True, in its middle or so far towards its lower right corner."""
    rows, columns = np.nonzero(cells)
    return go.Scatter(x=columns + aside, y=rows + aside, mode="markers", marker=marker, hoverinfo="skip")


def targets(shape: tuple[int, ...], words: Sequence[str], turned: bool = False) -> go.Scatter:
    """An unseen point in the middle of each cell, row after row, which speaks and takes clicks.

    Streamlit hears of clicks on points but not on cells. Where the hover may be at any distance (`hoverdistance=-1`),
    the nearest point is that of the cell itself.

    Args:
        turned: rows run across.

    >>> list(targets((1, 2), ["a", "b"]).x) == [0, 1]
    True
    """
    rows, columns = (axis.ravel() for axis in np.indices(shape))
    unseen = {"marker": {"opacity": 0}}
    return go.Scatter(
        x=rows if turned else columns,
        y=columns if turned else rows,
        mode="markers",
        marker={"size": 2, "opacity": 0},
        selected=unseen,
        unselected=unseen,
        customdata=np.array(words, object),  # plotly looks at each element of a list
        hovertemplate="%{customdata}<extra></extra>",
    )
