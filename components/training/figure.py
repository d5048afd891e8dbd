"""How this page shows a picture: with words for those who do not see it, and its numbers behind a button."""

import streamlit as st

from components.charts.chart import CONFIG, Chart, numbers_fold


def show(chart: Chart) -> None:
    """Draw it."""
    st.plotly_chart(chart.figure, key=chart.key, config=CONFIG, alt=chart.alt)
    numbers_fold(chart)
