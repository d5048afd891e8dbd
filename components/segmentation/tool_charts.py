"""Results as plotly figures: pure functions, so that a figure can be tested and exported without a page."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray


def agreement_figure(labels: Sequence[str], f1: NDArray[np.float64]) -> go.Figure:
    """Boundary F1 of every pair of tokenizers as a matrix, the number in each cell; undefined cells say so.

    >>> agreement_figure(["a", "b"], np.array([[1.0, 0.5], [0.5, 1.0]])).data[0].text[0][1]
    '0.50'
    """
    text = [["–" if np.isnan(value) else f"{value:.2f}" for value in row] for row in f1]
    hover = [
        [
            f"{a} and {b}: no boundary to compare"
            if np.isnan(f1[i, j])
            else f"{a} and {b} share their boundaries to F1 {f1[i, j]:.3f}"
            for j, b in enumerate(labels)
        ]
        for i, a in enumerate(labels)
    ]
    figure = go.Figure(
        go.Heatmap(
            z=f1,
            x=list(labels),
            y=list(labels),
            text=text,
            texttemplate="%{text}",
            customdata=hover,
            hovertemplate="%{customdata}<extra></extra>",
            zmin=0,
            zmax=1,
            colorscale=[[0, "#f7f4ee"], [0.5, "#8fb8d9"], [1, "#0f4c81"]],
            xgap=2,
            ygap=2,
            colorbar={"title": "F1", "thickness": 10, "len": 0.9},
        )
    )
    figure.update_layout(
        height=max(220, 46 * len(labels) + 90),
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        yaxis={"autorange": "reversed", "automargin": True, "showgrid": False},
        xaxis={"automargin": True, "showgrid": False, "side": "bottom"},
    )
    return figure
