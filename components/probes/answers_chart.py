"""Share of questions that were answered rightly, by what they are like, a line for each who was asked."""

from html import escape

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components.charts.chart import GRID, Chart, finish
from components.probes.interval_lines import interval_line
from core.probes.toys.answers import QuestionsAsked

_APART = 0.09  # of the way from one part to the next, between marks of several


def answers_chart(found: QuestionsAsked, part: str, key: str, height: int = 330) -> Chart:
    """A line each, with Wilson's intervals.

    Args:
        part: of the questions, a key of `parts`.
        key: of the chart.
    """
    parts = [*found.shares(found.by[0], part)]
    figure = go.Figure([_line(found, n, part) for n in range(len(found.by))])
    finish(
        figure,
        height,
        showlegend=True,
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        margin={"l": 4, "r": 10, "t": 34, "b": 4},
        xaxis={
            "title": found.in_words[part],
            "tickvals": [*range(len(parts))],
            "ticktext": [_broken(one) for one in parts],
            "range": [-0.5, len(parts) - 0.5],
            "automargin": True,
            "showgrid": False,
        },
        yaxis={"title": "right", "tickformat": ".0%", "range": [-0.03, 1.05], "automargin": True, "gridcolor": GRID},
    )
    return Chart(
        key,
        figure,
        f"Share of right {found.what} by {found.in_words[part]}: "
        + "; ".join(_in_words(found, n, part) for n in _all(found)),
        lambda: answers_table(found),
        columns={one: st.column_config.NumberColumn(format="percent") for one in ("Right", "From", "To")},
    )


def answers_table(found: QuestionsAsked) -> pd.DataFrame:
    """A row for each part of the questions and each who was asked; all ways to part them."""
    return pd.DataFrame(
        [
            {
                "By": words,
                "Part": one,
                "Asked": answers.label,
                found.what.capitalize(): n,
                "Right": share.value,
                "From": share.low,
                "To": share.high,
            }
            for part, words in found.in_words.items()
            for answers in found.by
            for one, (share, n) in found.shares(answers, part).items()
        ]
    )


def _all(found: QuestionsAsked) -> range:
    return range(len(found.by))


def _line(found: QuestionsAsked, place: int, part: str) -> go.Scatter:
    answers = found.by[place]
    shares = found.shares(answers, part)
    hover = [
        f"{escape(answers.label)} {found.does} {share.value:.0%} of {n} {found.what} rightly "
        f"[{share.low:.0%}, {share.high:.0%}]; {found.in_words[part]}: {one}"
        for one, (share, n) in shares.items()
    ]
    return interval_line(answers.label, [share for share, _ in shares.values()], hover, place, len(found.by), _APART)


def _in_words(found: QuestionsAsked, place: int, part: str) -> str:
    shares = found.shares(found.by[place], part)
    return f"{found.by[place].label} " + ", ".join(f"{one} {share.value:.0%}" for one, (share, _) in shares.items())


def _broken(text: str) -> str:
    return text.replace(", ", ",<br>")
