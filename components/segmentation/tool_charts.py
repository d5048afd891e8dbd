"""Results as plotly figures: pure functions, so that a figure can be tested and exported without a page."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from components.widgets.chips import visible
from core.tokenizers.backends.display import displayed
from core.tokenizers.explain.merges import MergeNode


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


def merge_tree_figure(roots: Sequence[MergeNode]) -> go.Figure:
    """The merges of a BPE replay as a tree: starting symbols at the bottom, each merge at the height of its step.

    >>> leaf = lambda piece: MergeNode(piece, 0, "")
    >>> tree = MergeNode(b"ab", 1, "merge rank 7", (leaf(b"a"), leaf(b"b")))
    >>> list(merge_tree_figure([tree]).data[1].text)
    ['a', 'b', 'ab']
    """
    joins: list[tuple[float | None, float | None]] = []
    nodes: list[tuple[float, int, MergeNode]] = []
    n_leaves = 0

    def place(node: MergeNode) -> float:
        nonlocal n_leaves
        if not node.children:
            x, n_leaves = float(n_leaves), n_leaves + 1
        else:
            below = [place(child) for child in node.children]
            x = sum(below) / len(below)
            for at, child in zip(below, node.children, strict=True):
                joins.extend([(at, child.step), (at, node.step), (x, node.step), (None, None)])
        nodes.append((x, node.step, node))
        return x

    for root in roots:
        place(root)
    names = [visible(displayed(node.piece)) for _, _, node in nodes]
    figure = go.Figure(
        [
            go.Scatter(
                x=[x for x, _ in joins],
                y=[y for _, y in joins],
                mode="lines",
                line={"color": "rgba(128,140,160,.7)", "width": 1.5},
                hoverinfo="skip",
            ),
            go.Scatter(
                x=[x for x, _, _ in nodes],
                y=[y for _, y, _ in nodes],
                text=names,
                mode="text",
                textposition="top center",
                textfont={"size": 14},
                customdata=[
                    f"{name}: {node.why}, step {node.step}" if node.step else f"{name}: starting symbol"
                    for name, (_, _, node) in zip(names, nodes, strict=True)
                ],
                hovertemplate="%{customdata}<extra></extra>",
            ),
        ]
    )
    steps = max((step for _, step, _ in nodes), default=0)
    figure.update_layout(
        height=120 + 34 * min(steps, 14),
        margin={"l": 10, "r": 10, "t": 10, "b": 10},
        showlegend=False,
        xaxis={"visible": False, "range": [-0.7, max(n_leaves, 6) - 0.3]},
        yaxis={"title": "merge step", "dtick": max(1, steps // 10), "zeroline": False, "range": [0, steps + 1]},
    )
    return figure
