"""How fast a short training closes the gap to the original that is trained on the same text."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components.charts.chart import GRID, LINE, Chart
from components.frame.errors import plain
from components.lab.context import LabContext
from components.lab.figure import finish_named, show
from components.widgets.view import View
from core.common.numbers import count
from core.lab.outcome import Outcome

_BESIDE = "original_bits_per_byte"


def draw(context: LabContext) -> None:
    """A curve per model, its seeds as a band, above the line of the original under the same training."""
    trained = [o for o in context.result.outcomes if o.role != "original" and _has_gap(o)]
    if not trained:
        st.info("Here no original was trained beside the others, so there is no gap to draw. Compare again to see it.")
        return
    figure = go.Figure()
    curves = {o.name: _curve(o) for o in trained}
    for outcome in trained:
        _add(figure, context, outcome, curves[outcome.name])
    figure.add_hline(
        y=0,
        line={"color": LINE, "width": 1.5},
        annotation_text="the original, trained on the same text",
        annotation_position="bottom left",
    )
    finish_named(
        figure,
        260,
        xaxis={"title": "Text trained on, kB", "gridcolor": GRID},
        yaxis={"title": "Gap to the original, bits per byte", "gridcolor": GRID},
    )
    alt = f"Gap in bits per byte of {len(trained)} models to the original under the same training."
    show(Chart("recovery", figure, alt, lambda: _numbers(context, curves)), context)
    st.caption(f"{_amount(trained[0])} Mean over seeds; the band runs from the best to the worst seed.")
    for remark in dict.fromkeys(remark for o in trained for remark in o.measures[VIEW.measure].remarks):
        st.caption(plain(remark))


def _has_gap(outcome: Outcome) -> bool:
    table = outcome.table(VIEW.measure, "curve")
    return table is not None and _BESIDE in table.columns and bool(np.isfinite(table.numbers(_BESIDE)).all())


def _amount(outcome: Outcome) -> str:
    """How much text was read, and how often."""
    facts = outcome.measures[VIEW.measure].facts
    read, there, passes = facts["bytes_read"], facts["training_bytes"], facts["passes"]
    often = "none of it twice" if passes <= 1 else f"that is {passes:.1f} passes"
    return f"Each model read {count(read / 1000)} kB of the {count(there / 1000)} kB that are not measured, {often}."


def _add(figure: go.Figure, context: LabContext, outcome: Outcome, curve: dict[str, np.ndarray]) -> None:
    mark, name = context.mark(outcome), context.names[outcome.name]
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
            hovertemplate=f"<b>{name}</b><br>%{{y:.3f}} bits per byte beyond the original after %{{x:.0f}} kB"
            "<extra></extra>",
        )
    )


def _curve(outcome: Outcome) -> dict[str, np.ndarray]:
    table = outcome.table(VIEW.measure, "curve")
    assert table is not None, "only of trained ones"
    seen, bits, step = table.numbers("bytes_seen"), table.numbers("bits_per_byte"), table.numbers("step")
    beside = table.numbers(_BESIDE)
    steps, first = np.unique(step, return_index=True)
    gaps = [(bits - beside)[step == s] for s in steps]
    return {
        "trained": np.array(table.words("trained"))[first],
        "seen": np.array([seen[step == s].mean() / 1000 for s in steps]),
        "mean": np.array([gap.mean() for gap in gaps]),
        "low": np.array([gap.min() for gap in gaps]),
        "high": np.array([gap.max() for gap in gaps]),
        "bits": np.array([bits[step == s].mean() for s in steps]),
        "original": np.array([beside[step == s].mean() for s in steps]),
    }


def _numbers(context: LabContext, curves: dict[str, dict[str, np.ndarray]]) -> pd.DataFrame:
    frames = [pd.DataFrame({"Model": context.names[name], **curve}) for name, curve in curves.items()]
    return pd.concat(frames).rename(
        columns={
            "trained": "Trained",
            "seen": "kB seen",
            "mean": "Gap, bits per byte",
            "low": "Best seed",
            "high": "Worst seed",
            "bits": "Bits per byte",
            "original": "Of the original",
        }
    )


VIEW = View(
    group="Recovery",
    label="Plain training",
    name="Recovery, Recovery",
    place=0,
    about=(
        "A transplant is seldom the end: a short training follows. How fast each start closes the gap to the original, "
        "trained on the same text, says more than how it starts."
    ),
    draw=draw,
    measure="recovery",
)
