"""A map of the new vocabulary: every row on the two main axes of the original's own rows."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components.charts.chart import Chart, finish
from components.lab.context import LabContext
from components.lab.figure import show
from components.lab.matrix_choice import one_side
from components.widgets.colours import OKABE_ITO
from components.widgets.view import View
from core.lab.outcome import PROVENANCE, Outcome

_COLOURED = ("Origin", "Class", "Residual")
_SYMBOLS = ("circle", "diamond", "square", "x")


def draw(context: LabContext) -> None:
    """The map of one method."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        side = one_side(context)
        made = [o for o in context.result.transplants if side in o.rows and len(o.rows[side].map_ids)]
        if not made:
            st.info("No transplant is finished yet.", icon=":material/hourglass_top:")
            return
        name = st.selectbox(
            "Method",
            [o.name for o in made],
            format_func=lambda name: context.names[name],
            key="lab_map_method",
            width=260,
        )
        coloured = st.segmented_control(
            "Coloured by", _COLOURED, default="Origin", required=True, key="lab_map_colour", bind="query-params"
        )
    outcome = context.result.outcome(name)
    rows = outcome.rows[side]
    frame = _frame(context, outcome, side)
    if coloured == "Residual" and rows.residual is None:
        st.caption("This method leaves no residuals; the map is coloured by origin.")
        coloured = "Origin"
    figure = go.Figure()
    if coloured == "Residual":
        _points(
            figure, frame, "all", {"color": frame["Residual"], "colorscale": "Cividis", "showscale": True, "size": 5}
        )
    else:
        groups = frame[coloured].value_counts().index.tolist()
        for n, group in enumerate(groups[:8]):
            mine = frame[frame[coloured] == group]
            _points(
                figure,
                mine,
                str(group),
                {"color": OKABE_ITO[n % 8], "symbol": _SYMBOLS[n % 4], "size": 5, "opacity": 0.7},
            )
    axes = [f"Axis {n + 1} of the original's rows, {share:.0%} of their variance" for n, share in enumerate(rows.axes)]
    finish(
        figure,
        520,
        showlegend=coloured != "Residual",
        legend={"orientation": "h", "y": 1, "yanchor": "bottom", "x": 0, "itemsizing": "constant"},
        xaxis={"title": axes[0]},
        yaxis={"title": axes[1]},
    )
    figure.update_layout(margin={"t": 44})
    alt = f"Map of {len(frame)} rows of {context.names[name]}, coloured by {coloured.lower()}."
    show(Chart("map_of_rows", figure, alt, lambda: frame), context)
    st.caption(
        "Principal axes of the original's own rows, so that all methods lie on the same map. A cloud of made rows that "
        "lies apart from the copied ones shows a method that does not speak the model's language."
    )


def _frame(context: LabContext, outcome: Outcome, side: str) -> pd.DataFrame:
    rows, tokens = outcome.rows[side], context.setting.tokens
    ids = rows.map_ids
    residual = np.full(len(rows.provenance), np.nan, np.float32)
    if rows.residual is not None:
        residual[rows.wanted] = rows.residual
    return pd.DataFrame(
        {
            "Token": [tokens.piece(i).decode("utf-8", "backslashreplace") for i in ids.tolist()],
            "Id": ids,
            "Class": [tokens.class_of(i) if i < len(tokens) else "padding" for i in ids.tolist()],
            "Origin": [PROVENANCE[p] for p in rows.provenance[ids].tolist()],
            "Residual": residual[ids],
            "x": rows.map_points[:, 0],
            "y": rows.map_points[:, 1],
        }
    )


def _points(figure: go.Figure, frame: pd.DataFrame, name: str, marker: dict[str, object]) -> None:
    words = [
        f"<b>{_inert(token)}</b><br>{kind}, {origin}" + ("" if np.isnan(residual) else f", residual {residual:.2f}")
        for token, kind, origin, residual in zip(
            frame["Token"], frame["Class"], frame["Origin"], frame["Residual"], strict=True
        )
    ]
    figure.add_trace(
        go.Scatter(
            x=frame["x"],
            y=frame["y"],
            mode="markers",
            name=name,
            marker=marker,
            customdata=words,
            hovertemplate="%{customdata}<extra></extra>",
        )
    )


def _inert(token: str) -> str:
    """A token as it may stand in plotly's hover, which reads a few tags."""
    return token.replace("&", "&amp;").replace("<", "&lt;").replace("\n", "⏎")[:40]


VIEW = View(
    group="Matrices",
    label="Map",
    place=1,
    about=(
        "Each dot is a token, placed by the two main directions in which the original's own rows differ. The rest of "
        "the space does not show."
    ),
    draw=draw,
)
