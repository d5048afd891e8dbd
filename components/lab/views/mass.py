"""Where the probability goes: what each model gives to new, shared, special and unused rows, against what comes."""

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components.charts.chart import GRID, LINE, Chart, finish, names_axis
from components.lab.context import LabContext
from components.lab.figure import in_lines, show
from components.widgets.view import View
from core.lab.outcome import Outcome

_GROUPS = {"new": "New tokens", "shared": "Shared tokens", "special": "Special tokens", "unused": "Unused rows"}
_COLOURS = ("#E69F00", "#0072B2", "#009E73", "#CC79A7")
_PATTERNS = ("", "/", ".", "x")


def draw(context: LabContext) -> None:
    """A bar per model, cut by group; a tick where the new tokens' share of the text ends."""
    audited = [o for o in context.result.outcomes if o.table("mass_audit", "groups") is not None]
    figure = go.Figure()
    names = [context.names[o.name] for o in audited]
    for n, (group, words) in enumerate(_GROUPS.items()):
        masses = [_of(o, group, "mass") for o in audited]
        if not any(masses):
            continue
        figure.add_trace(
            go.Bar(
                x=masses,
                y=list(range(len(audited))),
                orientation="h",
                name=words,
                marker={"color": _COLOURS[n], "pattern": {"shape": _PATTERNS[n]}},
                hovertemplate=[f"<b>{name}</b><br>{words}: %{{x:.1%}}<extra></extra>" for name in names],
            )
        )
    figure.add_trace(
        go.Scatter(
            x=[_of(o, "new", "share") for o in audited],
            y=list(range(len(audited))),
            mode="markers",
            name="New tokens that really come",
            marker={"symbol": "line-ns-open", "size": 22, "color": LINE, "line": {"width": 3}},
            hovertemplate="%{x:.1%} of the text's tokens are new<extra></extra>",
        )
    )
    finish(
        figure,
        30 * len(audited) + 130,
        barmode="stack",
        showlegend=True,
        legend={"orientation": "h", "y": 1, "yanchor": "bottom", "x": 0, "traceorder": "normal"},
        xaxis={"title": "Mean predicted probability", "tickformat": ".0%", "range": [0, 1], "gridcolor": GRID},
        yaxis=names_axis([in_lines(name, 24) for name in names]),
    )
    figure.update_layout(margin={"t": 44})
    worst = max(audited, key=lambda o: abs(_of(o, "new", "mass") - _of(o, "new", "share")))
    alt = (
        f"Probability by group of row. {context.names[worst.name]} gives new tokens {_of(worst, 'new', 'mass'):.0%}, "
        f"and {_of(worst, 'new', 'share'):.0%} of the text is new tokens."
    )
    show(Chart("mass", figure, alt, lambda: _numbers(context, audited)), context)
    st.caption(
        "The grey tick is the share of the text's tokens that are new. A bar of new tokens far beyond it: the new rows "
        "draw too much probability; far short: they are hardly ever predicted. Rows that are zero still take some: "
        "a logit of zero is not an impossible token."
    )


def _of(outcome: Outcome, group: str, column: str) -> float:
    table = outcome.table("mass_audit", "groups")
    assert table is not None, "only of audited ones"
    rows = table.where(language="", group=group)
    return float(table.numbers(column)[rows[0]]) if len(rows) else 0.0


def _numbers(context: LabContext, audited: list[Outcome]) -> pd.DataFrame:
    return pd.DataFrame(
        [
            {
                "Model": context.names[o.name],
                "Group": words,
                "Predicted": _of(o, group, "mass"),
                "Comes": _of(o, group, "share"),
            }
            for o in audited
            for group, words in _GROUPS.items()
        ]
    )


VIEW = View(
    group="Tokens",
    label="Probability",
    place=1,
    about=(
        "At every place the model spreads one unit of probability over all rows of its head. Rows made too loud draw "
        "it to new tokens that do not come; rows too quiet are never predicted."
    ),
    draw=draw,
    measure="mass_audit",
)
