"""Which share of the letters is alone, by tokenizer and by how they are written."""

from collections.abc import Mapping
from html import escape

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components.charts.cell_numbers import cell_numbers
from components.charts.chart import Chart, finish, names_axis
from core.probes.letters import FormIsolation
from core.probes.written_tokens import written_tokens

Rows = Mapping[str, Mapping[str, FormIsolation]]  # what a tokenizer is called, how letters are written
_LIGHT = ((0, "#e9eef5"), (0.5, "#8fb8d9"), (1, "#0f4c81"))
_DARK = ((0, "#232d3a"), (0.5, "#35628f"), (1, "#9fd0ff"))


def letter_chart(rows: Rows, dark: bool) -> Chart:
    """A cell for each; the fuller its colour, the more letters are alone."""
    return Chart(
        "letters",
        _cells(rows, dark),
        "Share of letters alone: " + "; ".join(f"{name} {_shares(row)}" for name, row in rows.items()) + ".",
        lambda: letter_table(rows),
        columns={"Share": st.column_config.NumberColumn(format="percent")},
        printed=lambda context, width: _cells(rows, False),
    )


def _cells(rows: Rows, dark: bool) -> go.Figure:
    forms = [*next(iter(rows.values()))]
    cells = go.Heatmap(
        z=[[one.isolation for one in row.values()] for row in rows.values()],
        customdata=[[_sentence(name, form, one) for form, one in row.items()] for name, row in rows.items()],
        hovertemplate="%{customdata}<extra></extra>",
        colorscale=_DARK if dark else _LIGHT,
        zmin=0,
        zmax=1,
        showscale=False,
        xgap=3,
        ygap=3,
    )
    texts = [[f"{one.isolation:.0%}" for one in row.values()] for row in rows.values()]
    across = {"tickvals": [*range(len(forms))], "ticktext": forms, "side": "top", "showgrid": False}
    return finish(
        go.Figure([cells, *cell_numbers(cells, texts)]),
        36 * len(rows) + 44,
        margin={"t": 32},
        xaxis={**across, "range": [-0.5, len(forms) - 0.5], "automargin": True},
        yaxis=names_axis([*rows]) | {"range": [len(rows) - 0.5, -0.5]},
    )


def _shares(row: Mapping[str, FormIsolation]) -> str:
    return ", ".join(f"{one.isolation:.0%} {form}" for form, one in row.items())


def _sentence(name: str, form: str, one: FormIsolation) -> str:
    said = f"{name} keeps {one.n_alone} of {one.n_letters} letters alone, {form}: {written_tokens(one.tokens)}"
    return escape(said, quote=False)


def letter_table(rows: Rows) -> pd.DataFrame:
    """A row per tokenizer and form."""
    return pd.DataFrame(
        [
            {
                "Tokenizer": name,
                "Written": form,
                "Letters": one.n_letters,
                "Alone": one.n_alone,
                "Share": one.isolation,
                "Ids for each different letter": one.ids_per_letter,
                "Tokens": len(one.tokens),
            }
            for name, row in rows.items()
            for form, one in row.items()
        ]
    )
