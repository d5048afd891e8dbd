"""How fast a short training wins back what the transplant lost."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components.charts.chart import GRID, LINE, Chart
from components.lab.context import LabContext
from components.lab.figure import finish_named, show
from components.widgets.view import View
from core.lab.outcome import Outcome


def draw(context: LabContext) -> None:
    """A curve per method, its seeds as a band."""
    trained = [o for o in context.result.outcomes if o.table("recovery", "curve") is not None]
    figure = go.Figure()
    curves = {o.name: _curve(o) for o in trained}
    for outcome in trained:
        curve, mark, name = curves[outcome.name], context.mark(outcome), context.names[outcome.name]
        if (curve["high"] > curve["low"]).any():
            figure.add_trace(
                go.Scatter(
                    x=[*curve["seen"], *curve["seen"][::-1]],
                    y=[*curve["high"], *curve["low"][::-1]],
                    mode="lines",
                    fill="toself",
                    fillcolor=mark.colour,
                    opacity=0.15,
                    line={"width": 0},
                    hoverinfo="skip",
                    showlegend=False,
                )
            )
        figure.add_trace(
            go.Scatter(
                x=curve["seen"],
                y=curve["mean"],
                mode="lines+markers",
                name=name,
                line={"color": mark.colour, "width": 2},
                marker={"symbol": mark.symbol, "size": 7},
                hovertemplate=f"<b>{name}</b><br>%{{y:.3f}} bits per byte after %{{x:.0f}} kB<extra></extra>",
            )
        )
    targets = [
        float(fact) for o in trained if (fact := o.measures["recovery"].facts.get("original_bits_per_byte")) is not None
    ]
    if targets:
        figure.add_hline(
            y=targets[0],
            line={"color": LINE, "width": 1.5},
            annotation_text="no transplant",
            annotation_position="bottom left",
        )
    finish_named(
        figure,
        260,
        xaxis={"title": "Text trained on, kB", "gridcolor": GRID},
        yaxis={"title": "Bits per byte on held-out text", "gridcolor": GRID},
    )
    show(
        Chart("recovery", figure, f"Bits per byte of {len(trained)} models under training.",
              lambda: _numbers(context, curves)),
        context,
    )  # fmt: skip
    st.caption("Mean over seeds; the band runs from the best to the worst seed. What is trained is named in the table.")


def _curve(outcome: Outcome) -> dict[str, np.ndarray]:
    table = outcome.table("recovery", "curve")
    assert table is not None, "only of trained ones"
    seen, bits = table.numbers("bytes_seen"), table.numbers("bits_per_byte")
    step = table.numbers("step")
    steps, first = np.unique(step, return_index=True)
    return {
        "trained": np.array(table.words("trained"))[first],
        "seen": np.array([seen[step == s].mean() / 1000 for s in steps]),
        "mean": np.array([bits[step == s].mean() for s in steps]),
        "low": np.array([bits[step == s].min() for s in steps]),
        "high": np.array([bits[step == s].max() for s in steps]),
    }


def _numbers(context: LabContext, curves: dict[str, dict[str, np.ndarray]]) -> pd.DataFrame:
    frames = [pd.DataFrame({"Model": context.names[name], **curve}) for name, curve in curves.items()]
    return pd.concat(frames).rename(
        columns={
            "trained": "Trained",
            "seen": "kB seen",
            "mean": "Bits per byte",
            "low": "Best seed",
            "high": "Worst seed",
        }
    )


VIEW = View(
    group="Recovery",
    label="Recovery",
    place=0,
    about=(
        "A transplant is seldom the end: a short training follows. How fast each start recovers says more than how it "
        "starts."
    ),
    draw=draw,
    measure="recovery",
)
