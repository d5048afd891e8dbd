"""Tokens of the terms of some fields, a row per field and a mark per tokenizer."""

from collections.abc import Sequence

import pandas as pd
import plotly.graph_objects as go

from components.charts.chart import GRID, Chart, finish, names_axis
from components.probes.on_page import OnPage
from core.probes.terms import TermCounts

_MARKS = ("circle", "diamond", "square", "triangle-up", "cross", "x", "star", "hexagon")


def terms_chart(found: TermCounts, shown: Sequence[OnPage], height: int = 0) -> Chart:
    """How many tokens a term takes on average; tokenizers differ in colour and in shape."""
    fields = [*found.terms]
    figure = go.Figure(
        [
            go.Scatter(
                name=one.label,
                x=[found.per_term(one.key, field) for field in fields],
                y=list(range(len(fields))),
                mode="markers",
                marker={"size": 13, "color": one.colour, "symbol": _MARKS[n % len(_MARKS)], "opacity": 0.9},
                customdata=[_hover(found, one, field) for field in fields],
                hovertemplate="%{customdata}<extra></extra>",
                cliponaxis=False,
            )
            for n, one in enumerate(shown)
        ]
    )
    finish(
        figure,
        height or 56 * len(fields) + 130,
        showlegend=True,
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        margin={"l": 4, "r": 14, "t": 60, "b": 4},
        xaxis={"title": "tokens for each term (fewer is better)", "automargin": True, "gridcolor": GRID},
        yaxis={**names_axis(fields), "showgrid": True, "gridcolor": GRID},
    )
    figure.update_xaxes(range=[0.8, _longest(found, shown) * 1.08])
    return Chart("terms", figure, in_words(found, shown), lambda: terms_table(found, shown))


def _longest(found: TermCounts, shown: Sequence[OnPage]) -> float:
    return max(found.per_term(one.key, field) for one in shown for field in found.terms)


def _hover(found: TermCounts, one: OnPage, field: str) -> str:
    return (
        f"{one.label}, {field}: {found.per_term(one.key, field):.2f} tokens for each of "
        f"{len(found.terms[field])} terms, {found.whole(one.key, field):.0%} are one token"
    )


def in_words(found: TermCounts, shown: Sequence[OnPage]) -> str:
    """The dearest and the cheapest field, over the tokenizers."""
    means = {field: sum(found.per_term(one.key, field) for one in shown) / len(shown) for field in found.terms}
    most, least = max(means, key=lambda field: means[field]), min(means, key=lambda field: means[field])
    said = f"On average over these tokenizers a term of {most} takes {means[most]:.2f} tokens"
    return f"{said}, one of {least} {means[least]:.2f}." if most != least else f"{said}."


def terms_table(found: TermCounts, shown: Sequence[OnPage]) -> pd.DataFrame:
    """A row per tokenizer and field."""
    rows = [
        {
            "Tokenizer": one.label,
            "Field": field,
            "Terms": len(found.terms[field]),
            "Tokens per term": found.per_term(one.key, field),
            "Share of one token": found.whole(one.key, field),
        }
        for one in shown
        for field in found.terms
    ]
    return pd.DataFrame(rows)


def each_term(found: TermCounts, shown: Sequence[OnPage], field: str) -> pd.DataFrame:
    """A row per term of a field, the dearest first, and a column of counts per tokenizer."""
    counts = [found.tokens[one.key][field] for one in shown]
    rows = sorted(zip(found.terms[field], *counts, strict=True), key=lambda row: -sum(row[1:]))
    return pd.DataFrame(rows, columns=["Term", *(one.label for one in shown)])
