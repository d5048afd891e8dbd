"""What is left of a token's donor row as anchors are added, for methods that choose them one by one."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components.charts.chart import GRID, Chart, finish
from components.lab.context import LabContext
from components.lab.figure import in_lines, show
from components.lab.matrix_choice import one_side
from components.widgets.view import View
from core.lab.outcome import SideRows

_SHARES = (0.1, 0.5, 0.9)


def draw(context: LabContext) -> None:
    """Median residual and the middle four fifths, by number of atoms."""
    side = one_side(context)
    pursued = {o.name: o.rows[side] for o in context.result.transplants if side in o.rows and o.rows[side].left_after}
    if not pursued:
        st.info(
            "No method here chooses anchors one by one. *OMP robust* and *OMP as published* do.",
            icon=":material/help:",
        )
        return
    figure = go.Figure()
    curves = {name: _curve(rows) for name, rows in pursued.items()}
    for name, curve in curves.items():
        mark, words = context.mark(context.result.outcome(name)), context.names[name]
        low, middle, high = (curve[f"{share:.0%}"] for share in _SHARES)
        figure.add_trace(
            go.Scatter(
                x=[*curve["Atoms"], *curve["Atoms"][::-1]], y=[*high, *low[::-1]], mode="lines",
                fill="toself", opacity=0.18, fillcolor=mark.colour, line={"width": 0},
                hoverinfo="skip", showlegend=False,
            )
        )  # fmt: skip
        figure.add_trace(
            go.Scatter(
                x=curve["Atoms"],
                y=middle,
                mode="lines+markers",
                name=in_lines(words),
                line={"color": mark.colour, "width": 2},
                marker={"symbol": mark.symbol, "size": 8, "color": mark.colour},
                hovertemplate=f"<b>{words}</b>: with %{{x}} anchors %{{y:.0%}} of a donor row is left<extra></extra>",
            )
        )
    ticks = sorted({int(k) for curve in curves.values() for k in curve["Atoms"]})
    finish(
        figure,
        400,
        showlegend=True,
        legend={"orientation": "h", "y": 1, "yanchor": "bottom", "x": 0},
        xaxis={"title": "Anchors per token, at most (log)", "type": "log", "tickvals": ticks, "gridcolor": GRID},
        yaxis={"title": "Left of the donor row", "tickformat": ".0%", "rangemode": "tozero", "gridcolor": GRID},
    )
    figure.update_layout(margin={"t": 44})
    ends = ", ".join(f"{context.names[name]} {curve['50%'][-1]:.0%}" for name, curve in curves.items())
    alt = f"Residual by number of anchors; at the end {ends}."
    show(Chart("atoms", figure, alt, lambda: _numbers(context, curves)), context)
    st.caption(
        "Line: the median token; band: the middle four fifths. Where the line no longer falls, more anchors only fit "
        "noise. A small residual is no promise: it says how well the donor's row is expressed, not how well the model "
        "takes it."
    )


def _curve(rows: SideRows) -> dict[str, np.ndarray]:
    steps = {k: left[~np.isnan(left)] for k, left in rows.left_after.items()}
    steps = {k: left for k, left in steps.items() if len(left)}
    shares = {f"{share:.0%}": np.array([np.quantile(left, share) for left in steps.values()]) for share in _SHARES}
    return {"Atoms": np.array(list(steps)), **shares}


def _numbers(context: LabContext, curves: dict[str, dict[str, np.ndarray]]) -> pd.DataFrame:
    return pd.concat([pd.DataFrame({"Method": context.names[name], **curve}) for name, curve in curves.items()])


VIEW = View(
    group="Matrices",
    label="Residual by atoms",
    place=4,
    about=(
        "Orthogonal matching pursuit writes the donor's row of a token as a weighted sum of the donor's rows of shared "
        "tokens (anchors, or atoms), adding one at a time. This is what is left after each."
    ),
    draw=draw,
)
