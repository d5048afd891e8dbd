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


def cheaper(value: np.ndarray, inks: np.ndarray) -> list[go.Scatter]:
    """A triangle on each cell that costs less than the base, (rows, columns): in grey, ½ and 2 look alike.

    Args:
        inks: a colour that is seen on each cell, (rows, columns).

    >>> ink = np.array([["#fff", "#000"]])
    >>> cheaper(np.array([[0.5, 2.0]]), ink)[0].marker.color, cheaper(np.array([[2.0, 2.0]]), ink)
    ('#fff', [])
    """
    return _in_inks(value < CLEARLY_LESS, inks, {"symbol": "triangle-down", "size": 4})


def rings(cells: np.ndarray, inks: np.ndarray, aside: float = 0.0) -> list[go.Scatter]:
    """A ring on each cell that is True, (rows, columns), so far aside as to be clear of a number in the middle.

    >>> [one.marker.symbol for one in rings(np.array([[True, False]]), np.array([["#fff", "#000"]]))]
    ['circle-open']
    """
    return _in_inks(cells, inks, {"symbol": "circle-open", "size": 5}, aside)


def _in_inks(cells: np.ndarray, inks: np.ndarray, marker: Mapping[str, object], aside: float = 0.0) -> list[go.Scatter]:
    """A trace for each ink that is needed."""
    wanted = [(ink, cells & (inks == ink)) for ink in np.unique(inks).tolist()]
    return [_signs(some, {**marker, "color": ink}, aside) for ink, some in wanted if some.any()]


def _signs(cells: np.ndarray, marker: Mapping[str, object], aside: float = 0.0) -> go.Scatter:
    """A mark per cell that is True, in its middle or so far towards its lower right corner."""
    rows, columns = np.nonzero(cells)
    return go.Scatter(
        x=columns + aside,
        y=rows + aside,
        mode="markers",
        marker=marker,
        unselected={"marker": {"opacity": 1}},  # a click selects one point of another trace
        hoverinfo="skip",
    )


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
        marker={"size": 2, "opacity": 0, "maxdisplayed": 1},  # of thousands one is drawn: all speak and take clicks
        selected=unseen,
        unselected=unseen,
        customdata=np.array(words, object),  # plotly looks at each element of a list
        hovertemplate="%{customdata}<extra></extra>",
    )
