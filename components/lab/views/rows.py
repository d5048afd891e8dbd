"""The rows of the new matrices: where each comes from, how long they are, and which fit the donor worst."""

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components.charts.chart import GRID, Chart
from components.frame.errors import plain
from components.lab.context import LabContext
from components.lab.figure import finish_named, show
from components.lab.matrix_choice import one_side
from components.widgets.view import View
from core.common.numbers import so_many
from core.lab.outcome import PROVENANCE, Outcome, SideRows

_MEANT = (
    "Tokens that the old vocabulary has too.",
    "Made of other rows by a rule.",
    "Fitted to the donor's rows, or to what texts say of a token.",
    "What the method could not make, which is the mean row, and special or unused ids without a counterpart.",
)
_BINS = 40
_WORST = 40


def draw(context: LabContext) -> None:
    """Origins as a table, lengths as curves, and the worst tokens of one method."""
    side = one_side(context)
    made = [o for o in context.result.transplants if side in o.rows]
    if not made:
        st.info("No transplant is finished yet.", icon=":material/hourglass_top:")
        return
    st.dataframe(
        _origins(context, made, side), hide_index=True, key="origins", placeholder="–",
        column_config={
            **{
                word.capitalize(): st.column_config.NumberColumn(format="localized", help=about)
                for word, about in zip(PROVENANCE, _MEANT, strict=True)
            },
            "Seconds": st.column_config.NumberColumn(help="Of making all its rows, on the machine where it ran."),
            "Memory, MB": st.column_config.NumberColumn(
                format="localized", help="At most meanwhile, beyond what was there before, new matrices included."
            ),
        },
    )  # fmt: skip
    for outcome in made:
        for reason, n in outcome.rows[side].fallbacks.items():
            rows = so_many(n, "row is the mean row, since", "rows are the mean row, each since")
            st.caption(plain(f"{context.names[outcome.name]}: {rows} {reason}."))
    _said(context, made)
    show(_lengths(context, made, side), context)
    st.caption(
        "Lengths of the rows that each method made, beside those of rows that were copied. Rows much longer than "
        "copied ones win too often in the head; rows much shorter are not read."
    )
    with_residual = [o for o in made if o.rows[side].residual is not None]
    if with_residual:
        _worst(context, with_residual, side)


def _said(context: LabContext, made: list[Outcome]) -> None:
    """What each method says of its rows: how it chose what it leaves open, and what it could not do."""
    with st.expander("What the methods say of their rows", icon=":material/notes:"):
        for outcome in made:
            if outcome.remarks:
                st.markdown(f"**{plain(context.names[outcome.name])}**")
                for remark in outcome.remarks:
                    st.caption(plain(remark))


def _origins(context: LabContext, made: list[Outcome], side: str) -> pd.DataFrame:
    columns: dict[str, list[object]] = {
        "Method": [context.names[o.name] for o in made],
        **{word.capitalize(): [o.rows[side].n_by_provenance[word] for o in made] for word in PROVENANCE},
        "Seconds": [round(o.seconds, 2) for o in made],
        "Memory, MB": [None if np.isnan(o.peak_bytes) else round(o.peak_bytes / 2**20) for o in made],
    }
    residuals = [_median(o.rows[side]) for o in made]
    if any(value is not None for value in residuals):
        columns["Residual, median"] = list(residuals)
    return pd.DataFrame(columns)


def _median(rows: SideRows) -> float | None:
    if rows.residual is None or np.isnan(rows.residual).all():
        return None
    return round(float(np.nanmedian(rows.residual)), 3)


def _lengths(context: LabContext, made: list[Outcome], side: str) -> Chart:
    copied = made[0].rows[side].norms[made[0].rows[side].provenance == PROVENANCE.index("copied")]
    series = [("Copied rows", copied, "rgba(128,140,160,.9)", "solid")]
    dashes = ("solid", "dash", "dot", "dashdot", "longdash")
    for n, o in enumerate(made):
        rows = o.rows[side]
        series.append((context.names[o.name], rows.norms[rows.wanted], context.mark(o).colour, dashes[n % 5]))
    reach = float(max(np.quantile(values, 0.995) for _, values, _, _ in series if len(values)))
    edges = np.linspace(0, max(reach, 1e-6), _BINS + 1)
    middles = (edges[1:] + edges[:-1]) / 2
    shares = {name: np.histogram(values, edges)[0] / max(len(values), 1) for name, values, _, _ in series}
    figure = go.Figure(
        [
            go.Scatter(
                x=middles,
                y=shares[name],
                mode="lines",
                name=name,
                line={"color": colour, "dash": dash, "width": 3 if n == 0 else 2, "shape": "hvh"},
                hovertemplate=f"{name}: %{{y:.1%}} of rows near %{{x:.2f}}<extra></extra>",
            )
            for n, (name, _, colour, dash) in enumerate(series)
        ]
    )
    finish_named(
        figure,
        210,
        xaxis={"title": f"Length of a row of the {side} matrix", "gridcolor": GRID},
        yaxis={"title": "Share of rows", "tickformat": ".0%", "gridcolor": GRID},
    )
    frame = pd.DataFrame({"Length": middles, **shares})
    return Chart("lengths", figure, f"Lengths of {side} rows by method.", lambda: frame)


def _worst(context: LabContext, made: list[Outcome], side: str) -> None:
    name = st.selectbox(
        "Worst fitted tokens of",
        [o.name for o in made],
        format_func=lambda name: context.names[name],
        key="lab_worst",
        width=260,
    )
    rows = context.result.outcome(name).rows[side]
    assert rows.residual is not None, "only those that have residuals"
    places = rows.worst(_WORST)
    tokens = context.setting.tokens
    ids = rows.wanted[places]
    st.dataframe(
        pd.DataFrame(
            {
                "Token": [tokens.piece(i).decode("utf-8", "backslashreplace") for i in ids.tolist()],
                "Class": [tokens.class_of(i) for i in ids.tolist()],
                "Residual": rows.residual[places],
                "Id": ids,
                "Bytes": [tokens.piece(i).hex(" ") for i in ids.tolist()],
            }
        ),
        hide_index=True,
        key="worst_tokens",
        column_config={
            "Class": st.column_config.TextColumn(width="medium"),
            "Residual": st.column_config.ProgressColumn(
                format="%.3f",
                min_value=0,
                max_value=1,
                help="What the weights leave of the token's donor row, as a share of its length after centring.",
            ),
        },
        placeholder="–",
    )


VIEW = View(
    group="Matrices",
    label="Rows",
    place=0,
    about=(
        "The new matrices have a row, a list of numbers, for each token of the new tokenizer. Rows of shared tokens "
        "are copied, the others are composed by a rule, solved for, or, where the method cannot, the mean of all rows."
    ),
    draw=draw,
)
