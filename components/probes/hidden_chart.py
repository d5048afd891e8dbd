"""In how many cases a letter hides a word, as a bar per tokenizer."""

from collections.abc import Sequence
from string import ascii_lowercase

import pandas as pd
import plotly.graph_objects as go

from components.charts.chart import GRID, Chart, finish, names_axis
from components.probes.on_page import OnPage
from core.probes.hidden_words import HiddenWords

_WARNING = "#d18a00"


def hidden_chart(found: HiddenWords, shown: Sequence[OnPage]) -> Chart:
    """The share of all pairs of a letter and a word in which the word is hidden."""
    shares = [found.share(one.key) for one in shown]
    figure = go.Figure(
        go.Bar(
            x=shares,
            y=list(range(len(shown))),
            orientation="h",
            width=0.6,
            marker={"color": _WARNING, "line": {"width": 0}},
            text=[f"{share:.0%}" for share in shares],
            textposition="outside",
            cliponaxis=False,
            customdata=[one.label for one in shown],
            hovertemplate="%{customdata}: a letter hides a word in %{x:.1%} of the cases<extra></extra>",
        )
    )
    finish(
        figure,
        34 * len(shown) + 66,
        margin={"l": 4, "r": 40, "t": 4, "b": 4},
        xaxis={"title": "share of cases in which a word is hidden", "tickformat": ".0%", "range": [0, 1],
               "automargin": True, "gridcolor": GRID},
        yaxis=names_axis([one.label for one in shown]),
    )  # fmt: skip
    most = max(shown, key=lambda one: found.share(one.key))
    alt = f"A letter before a word hides it most often under {most.label}, in {found.share(most.key):.0%} of the cases."
    return Chart("hidden_words", figure, alt, lambda: hidden_table(found, shown))


def hidden_table(found: HiddenWords, shown: Sequence[OnPage]) -> pd.DataFrame:
    """A row per tokenizer and word."""
    rows = [
        {
            "Tokenizer": one.label,
            "Word": row.word,
            "Letters that hide it": "".join(row.hidden_by),
            "Share of letters": len(row.hidden_by) / len(ascii_lowercase),
        }
        for one in shown
        for row in found.words[one.key]
    ]
    return pd.DataFrame(rows)
