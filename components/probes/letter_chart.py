"""Which share of the letters is alone, by tokenizer and by how they are written."""

from collections.abc import Mapping
from html import escape

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components.charts.chart import Chart
from components.probes.share_cells import share_cells
from core.common.numbers import so_many
from core.probes.letters import FormIsolation
from core.probes.written_tokens import written_tokens

Rows = Mapping[str, Mapping[str, FormIsolation]]  # what a tokenizer is called, how letters are written


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
    shares = {name: [one.isolation for one in row.values()] for name, row in rows.items()}
    said = [[_sentence(name, form, one) for form, one in row.items()] for name, row in rows.items()]
    return share_cells(shares, forms, said, dark)


def _shares(row: Mapping[str, FormIsolation]) -> str:
    return ", ".join(f"{one.isolation:.0%} {form}" for form, one in row.items())


def _sentence(name: str, form: str, one: FormIsolation) -> str:
    n = so_many(one.n_letters, "letter", "letters")
    said = f"{name} keeps {one.n_alone} of {n} alone, {form}: {written_tokens(one.tokens)}"
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
