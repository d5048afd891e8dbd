"""What each vocabulary is spent on: its entries divided by class, use, script or length, a bar per tokenizer."""

import numpy as np
import streamlit as st

from components.charts.chart import CONFIG, Chart, numbers_fold
from components.vocabulary.choices import browse
from components.vocabulary.context import VocabularyContext
from components.vocabulary.linked import LINKED
from components.vocabulary.shares import OTHERS, shares_chart, shares_of, used_shares_of
from components.widgets.view import View
from core.vocabulary.division import DIVISIONS, Division

_BY = "divide_by"


def draw(context: VocabularyContext) -> None:
    """The choice of a division, a bar per tokenizer of ids and of tokens used, and what the parts mean."""
    by_label = {one.definition.label: one for one in DIVISIONS.all().values()}
    LINKED.option(_BY, list(by_label))
    label = st.segmented_control(
        "Divide by", list(by_label), key=_BY, required=True, label_visibility="collapsed", persist_state="session"
    )
    division = by_label[str(label)]
    spent, used = shares_of(division, context.rows), used_shares_of(division, context.rows)
    drawn = (("ids", spent, "share of all entries"), ("used", used, "share of the tokens of a text"))
    for place, (name, shares, title) in zip(st.columns(2), drawn, strict=True):
        with place:
            _bars(shares_chart(division, name, shares, np.maximum(spent, used), title, context), division, context)
    source = f" Source: {division.definition.source}." if division.definition.source else ""
    st.caption(
        f"{division.definition.text}{source} Left: of the ids. Right: of the tokens that the shipped sentences in many "
        "languages are cut into, each language with the same sentences. A click on a part leads to its entries."
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
        browse(specs[points[0]["point_index"]], {division.key: part})


VIEW = View(
    label="Composition",
    place=10,
    draw=draw,
    about="What the entries of each vocabulary are spent on, and what a text then uses.",
)
