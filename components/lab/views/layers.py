"""Where in the model the states part from the original's: agreement by layer."""

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components.charts.chart import GRID, LINE, Chart
from components.lab.context import LabContext
from components.lab.figure import finish_named, show
from components.widgets.view import View
from core.evaluation.results import Table

_MEASURE = "hidden_states"
_KINDS = {"Cosine": ("cosine", "recut_cosine"), "CKA": ("cka", "recut_cka")}


def draw(context: LabContext) -> None:
    """A line per transplant over the layers, and the original cut otherwise."""
    kind = st.segmented_control(
        "Likeness", list(_KINDS), default="Cosine", required=True, key="lab_likeness", bind="query-params",
        label_visibility="collapsed",
        help="Cosine: the same direction. CKA: the same up to a turn of the whole space.",
    )  # fmt: skip
    column, floor = _KINDS[kind]
    tables = {o.name: t for o in context.result.transplants if (t := o.table(_MEASURE, "layers")) is not None}
    if not tables:
        st.info("No transplant has states at places that both tokenizers share.", icon=":material/help:")
        return
    figure = go.Figure()
    for name, table in tables.items():
        figure.add_trace(_line(context, name, table, column))
    first = next(iter(tables.values()))
    figure.add_trace(
        go.Scatter(
            x=first.numbers("layer"),
            y=first.numbers(floor),
            mode="lines",
            name="the original, cut otherwise",
            line={"color": LINE, "dash": "dash", "width": 2},
            hovertemplate="The original against itself, cut as the new tokenizer cuts: %{y:.3f}<extra></extra>",
        )
    )
    finish_named(
        figure,
        240,
        xaxis={"title": "Layer (0 is what the input rows give)", "gridcolor": GRID, "dtick": 1},
        yaxis={"title": f"{kind} with the original's states", "gridcolor": GRID},
    )
    ends = {context.names[name]: float(table.numbers(column)[-1]) for name, table in tables.items()}
    best = max(ends, key=lambda name: ends[name])
    alt = (
        f"{kind} of hidden states with the original's by layer. In the last layer {best} is nearest, {ends[best]:.2f}."
    )
    show(Chart("layers", figure, alt, lambda: _numbers(context, tables)), context)
    st.caption(
        "Where both tokenizers begin a token both models have read the same. A line that starts low and rises: "
        "the input rows are off, and the body mends it. A line near the dashed one does no more harm than cutting "
        "otherwise does by itself."
    )


def _line(context: LabContext, name: str, table: Table, column: str) -> go.Scatter:
    mark, words = context.mark(context.result.outcome(name)), context.names[name]
    bars = None
    if f"{column}_low" in table.columns:
        values, low, high = (table.numbers(f"{column}{end}") for end in ("", "_low", "_high"))
        bars = {
            "type": "data", "symmetric": False, "array": high - values, "arrayminus": values - low,
            "thickness": 1.2, "width": 0, "color": mark.colour,
        }  # fmt: skip
    return go.Scatter(
        x=table.numbers("layer"),
        y=table.numbers(column),
        mode="lines+markers",
        name=words,
        line={"color": mark.colour, "width": 2},
        marker={"symbol": mark.symbol, "size": 8, "color": mark.colour},
        error_y=bars,
        hovertemplate=f"<b>{words}</b>, layer %{{x}}<br>%{{y:.3f}}<extra></extra>",
    )


def _numbers(context: LabContext, tables: dict[str, Table]) -> pd.DataFrame:
    frames = [
        pd.DataFrame(
            {
                "Model": context.names[name],
                "Layer": table.numbers("layer"),
                "Cosine": table.numbers("cosine"),
                "Low": table.numbers("cosine_low"),
                "High": table.numbers("cosine_high"),
                "CKA": table.numbers("cka"),
                "Cosine, cut otherwise": table.numbers("recut_cosine"),
                "CKA, cut otherwise": table.numbers("recut_cka"),
            }
        )
        for name, table in tables.items()
    ]
    return pd.concat(frames)


VIEW = View(
    group="Agreement",
    label="Layers",
    place=2,
    about=(
        "A hidden state is what the model holds in mind at a place, a list of numbers in each layer. Input rows that "
        "are off show in the first layers; a bad head shows in none."
    ),
    draw=draw,
    measure=_MEASURE,
)
