"""What each vocabulary is spent on: its entries divided by class, use, script or length, a bar per tokenizer."""

import numpy as np
import streamlit as st

from components.charts.chart import CONFIG, Chart, numbers_fold
from components.frame.errors import plain
from components.vocabulary.choices import browse
from components.vocabulary.context import VocabularyContext
from components.vocabulary.counted_on import counted_on, said_of
from components.vocabulary.linked import LINKED
from components.vocabulary.looking import looking
from components.vocabulary.shares import OTHERS, shares_chart, shares_of, used_shares_of
from components.widgets.view import View
from core.vocabulary.division import DIVISIONS, Division

_BY = "divide_by"


def draw(context: VocabularyContext) -> None:
    """The choice of a division, a bar per tokenizer of ids and of tokens used, and what the parts mean."""
    with st.container(horizontal=True, vertical_alignment="center"):
        named = {key: one.definition.label for key, one in DIVISIONS.all().items()}
        division = DIVISIONS.get(LINKED.choice("Divide by", named, _BY, label_visibility="collapsed"))
        corpus = counted_on()
    with looking("Dividing every entry …"):
        spent, used = shares_of(division, context.rows), used_shares_of(division, context.rows, corpus)
    drawn = (("ids", spent, "share of all entries"), ("used", used, "share of the tokens of a text"))
    for place, (name, shares, title) in zip(st.columns(2), drawn, strict=True):
        with place:
            _bars(shares_chart(division, name, shares, np.maximum(spent, used), title, context), division, context)
    source = f" Source: {division.definition.source}." if division.definition.source else ""
    st.caption(
        f"{division.definition.text}{source} Left: of the ids. Right: of the tokens of {plain(said_of(corpus))}. "
        "A click on a part leads to its entries."
    )


def _bars(chart: Chart, division: Division, context: VocabularyContext) -> None:
    parts = [trace.name for trace in chart.figure.data]
    specs = [row.spec for row in context.rows]
    st.plotly_chart(
        chart.figure,
        key=chart.key,
        config=CONFIG,
        alt=f"{chart.alt} A click on a part leads to its entries.",
        on_select=lambda: _to_entries(chart.key, division, parts, specs),
        selection_mode="points",
    )
    numbers_fold(chart)


def _to_entries(key: str, division: Division, parts: list[str], specs: list[str]) -> None:
    """Show the entries of the part clicked; the small ones, which are drawn together, are no part."""
    points = st.session_state[key].selection.points
    if points and (part := parts[points[0]["curve_number"]]) != OTHERS:
        key = division.keys[list(division.parts).index(part)]
        browse(specs[points[0]["point_index"]], {division.key: key})


VIEW = View(
    name="composition",
    label="Composition",
    place=10,
    draw=draw,
    about="What the entries of each vocabulary are spent on, and what a text then uses.",
)
