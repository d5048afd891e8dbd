"""What charts of coloured cells share: grey hatching where there is no number, and points that take clicks."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

GREY = {False: "rgb(205,208,214)", True: "rgb(92,98,110)"}
_LINES = {False: "rgb(120,126,138)", True: "rgb(160,166,178)"}


def hatched(cells: np.ndarray, gap: int, dark: bool) -> list[go.Heatmap | go.Scatter]:
    """Grey under a slanted line for each cell that is True, bool (rows, columns); seen on paper as well.

    >>> [trace.type for trace in hatched(np.array([[True, False]]), 1, False)]
    ['heatmap', 'scatter']
    """
    rows, columns = np.nonzero(cells)
    return [
        go.Heatmap(
            z=np.where(cells, 1.0, np.nan),
            colorscale=[[0, GREY[dark]], [1, GREY[dark]]],
            showscale=False,
            xgap=gap,
            ygap=1,
            hoverinfo="skip",
        ),
        go.Scatter(
            x=columns.tolist(),
            y=rows.tolist(),
            mode="markers",
            marker={"symbol": "line-ne", "size": 6, "line": {"width": 1, "color": _LINES[dark]}},
            hoverinfo="skip",
        ),
    ]


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
        customdata=words,
        hovertemplate="%{customdata}<extra></extra>",
    )
