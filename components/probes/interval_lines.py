"""Shares with their intervals as a line of its own colour, mark and dash, beside others at the same places."""

from collections.abc import Sequence

import plotly.graph_objects as go

from core.stats.number import Number

_STYLES = (
    ("#3a87c8", "circle", "solid"),
    ("#d18a00", "square", "dash"),
    ("#2a9d6f", "diamond", "dot"),
    ("#c2559d", "triangle-up", "dashdot"),
    ("#8a6fd1", "x", "longdash"),
)


def interval_line(
    name: str, shares: Sequence[Number], hover: Sequence[str], place: int, of: int, apart: float
) -> go.Scatter:
    """One of several lines.

    Args:
        shares: at 0, 1 and so on.
        hover: what is said of each.
        place, of: which of how many lines.
        apart: of the way from one share to the next, between marks of several lines.
    """
    colour, symbol, dash = _STYLES[place % len(_STYLES)]
    return go.Scatter(
        name=name,
        x=[n + apart * (place - (of - 1) / 2) for n in range(len(shares))],
        y=[share.value for share in shares],
        mode="lines+markers",
        marker={"color": colour, "symbol": symbol, "size": 8},
        line={"color": colour, "width": 2, "dash": dash},
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [share.high - share.value for share in shares],
            "arrayminus": [share.value - share.low for share in shares],
            "color": colour,
            "thickness": 1.5,
            "width": 3,
        },
        customdata=list(hover),
        hovertemplate="%{customdata}<extra></extra>",
        cliponaxis=False,
    )
