"""What each vocabulary is spent on: its entries divided by class, script or length, a bar per tokenizer."""

import streamlit as st

from components.charts.chart import CONFIG, numbers_fold
from components.vocabulary.context import VocabularyContext
from components.vocabulary.shares import shares_chart, shares_of
from components.widgets.view import View, one_of
from core.vocabulary.division import DIVISIONS


def draw(context: VocabularyContext) -> None:
    """The choice of a division, a bar per tokenizer, and what the parts mean."""
    by_label = {one.definition.label: one for one in DIVISIONS.all().values()}
    division = by_label[one_of("Divide by", list(by_label), "by")]
    chart = shares_chart(division, shares_of(division, context.rows), context)
    st.plotly_chart(chart.figure, key=chart.key, config=CONFIG, alt=chart.alt)
    numbers_fold(chart)
    source = f" Source: {division.definition.source}." if division.definition.source else ""
    st.caption(division.definition.text + source)


VIEW = View(label="Composition", place=10, draw=draw, about="What the entries of each vocabulary are spent on.")
