"""Generations of one family on a time line: how large each is, and what it took from the one before."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components.charts.chart import CONFIG, GRID, Chart, finish, numbers_fold
from components.vocabulary.context import VocabularyContext
from components.vocabulary.shares import stacked_bars
from components.widgets.view import View, one_of
from core.common.numbers import count
from core.vocabulary.classes import CLASSES, LABELS
from core.vocabulary.families.shipped import ShippedGeneration, shipped_families

_PARTS = (
    ("same id", "kept", "#0b4a85"),
    ("another id", "remapped", "#9ecae8"),
    ("new", "new", "#e69f00"),
)


def draw(context: VocabularyContext) -> None:
    """The choice of a family, its time line, and the classes of its entries."""
    families = shipped_families()
    chosen = one_of("Family", list(families), "family")
    generations = families[chosen]
    _show(time_line(chosen, generations))
    here = {row.fingerprint for row in context.rows}
    on_page = [one.label for one in generations if one.fingerprint in here]
    st.caption(
        "A bar is a vocabulary. What the one before has, by bytes, is blue: dark under the same id, light under "
        "another one. A model can go on from the rows of the one before only for what is blue, and must find it "
        "again where it is light." + (f" On this page: {', '.join(on_page)}." if on_page else "")
    )
    _show(class_chart(chosen, generations))
    st.caption(
        "What each is spent on, in the twelve classes of Qtok. Computed from the published files; where each is from "
        "stands in data/families, with its hash."
    )


def time_line(family: str, generations: Sequence[ShippedGeneration]) -> Chart:
    """A bar per generation in order of its year, divided by what the one before has."""
    names = [f"{one.label}<br>{one.year}" for one in generations]
    figure = go.Figure([_part(name, field, colour, generations, names) for name, field, colour in _PARTS])
    first, last = generations[0], generations[-1]
    return Chart(
        "family_line",
        finish(
            figure,
            360,
            barmode="stack",
            showlegend=True,
            legend={"orientation": "h", "y": 0, "yref": "container", "yanchor": "bottom", "traceorder": "normal"},
            xaxis={"showgrid": False, "automargin": True},
            yaxis={"title": "entries", "gridcolor": GRID, "tickformat": ",", "automargin": True},
        ),
        f"{family} grew from {count(first.found.size)} entries in {first.year} to {count(last.found.size)} in "
        f"{last.year}.",
        lambda: _table(generations),
    )


def _part(name: str, field: str, colour: str, generations: Sequence[ShippedGeneration], names: Sequence[str]) -> go.Bar:
    counts = [getattr(one.found, field) for one in generations]
    return go.Bar(
        name=name,
        x=list(names),
        y=counts,
        width=0.6,
        marker={"color": colour, "line": {"width": 0}},
        customdata=[[one.label, n / one.found.size] for one, n in zip(generations, counts, strict=True)],
        hovertemplate=f"%{{customdata[0]}}: %{{y:,}} entries {name}, %{{customdata[1]:.1%}}<extra></extra>",
    )


def class_chart(family: str, generations: Sequence[ShippedGeneration]) -> Chart:
    """A bar per generation, its entries by class."""
    counted = np.array([one.found.classes for one in generations], float)
    shares = counted / counted.sum(1, keepdims=True)
    names, parts = [one.label for one in generations], [LABELS[key] for key in CLASSES]
    most = [f"{name}: {parts[int(each.argmax())]}" for name, each in zip(names, shares, strict=True)]
    return Chart(
        "family_classes",
        stacked_bars(parts, shares, shares, names, "share of all entries"),
        f"Classes of the entries of {family}; the largest of {'; '.join(most)}.",
        lambda: pd.DataFrame({"Class": parts} | {name: shares[n] for n, name in enumerate(names)}),
        columns=dict.fromkeys(names, st.column_config.NumberColumn(format="percent")),
    )


def _table(generations: Sequence[ShippedGeneration]) -> pd.DataFrame:
    rows = [
        {
            "Tokenizer": one.label,
            "Year": one.year,
            "Entries": one.found.size,
            "Same id": one.found.kept,
            "Another id": one.found.remapped,
            "New": one.found.new,
            "Left out": one.found.removed,
        }
        for one in generations
    ]
    return pd.DataFrame(rows)


def _show(chart: Chart) -> None:
    st.plotly_chart(chart.figure, key=chart.key, config=CONFIG, alt=chart.alt)
    numbers_fold(chart)


VIEW = View(
    name="families", label="Families", place=70, draw=draw, about="What each generation took from the one before."
)
