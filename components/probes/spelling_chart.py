"""How many spellings there are of each length, and which of them is the tokenizer's own."""

from collections.abc import Mapping

import pandas as pd
import plotly.graph_objects as go

from components.charts.chart import Chart, finish, upright
from core.common.numbers import count
from core.probes.spelling_counts import digits
from core.probes.spellings import Spellings, in_figures

_BAR, _OWN = "#7aa6d1", "#d18a00"
_INK = ("#8a5a00", "#f2b84b")


def spelling_chart(found: Spellings, label: str, dark: bool, height: int = 300) -> Chart:
    """A bar per number of tokens, as high as its share of all spellings; the tokenizer's own is marked."""
    lengths = found.lengths or {}
    figure = go.Figure(
        go.Bar(
            x=[*lengths],
            y=[n / found.paths.n for n in lengths.values()],
            marker={"color": [_OWN if k == found.canonical else _BAR for k in lengths]},
            customdata=[in_figures(n) for n in lengths.values()],
            hovertemplate="of %{x}: %{customdata}, %{y:.1%} of all spellings<extra></extra>",
        )
    )
    finish(
        figure,
        height,
        margin={"l": 4, "r": 4, "t": 30, "b": 4},
        xaxis={"title": "tokens in the spelling", "automargin": True, "range": _range(lengths, found.canonical)},
        yaxis={"title": "share of all spellings", "tickformat": ".0%", "automargin": True, "rangemode": "tozero"},
        shapes=[upright(found.canonical, {"color": _OWN, "width": 2, "dash": "dot"})],
        annotations=[_named(found, dark)],
        bargap=0.15,
    )
    return Chart(
        "spellings",
        figure,
        f"{label}: spellings by number of tokens, {in_figures(found.paths.n)} in all, of {found.paths.shortest} to "
        f"{found.paths.longest}; "
        f"the tokenizer's own has {found.canonical}.",
        lambda: spelling_table(found),
    )


def spelling_table(found: Spellings) -> pd.DataFrame:
    """A row per number of tokens; numbers of spellings are decimal words, since they may be longer than any number."""
    lengths = found.lengths or {}
    return pd.DataFrame(
        {
            "Tokens": [*lengths],
            "Spellings": [digits(n) for n in lengths.values()],
            "Share": [n / found.paths.n for n in lengths.values()],
            "The tokenizer's own": ["yes" if k == found.canonical else "" for k in lengths],
        }
    )


def _range(lengths: Mapping[int, int], own: int) -> list[float]:
    return [min([*lengths, own]) - 0.7, max([*lengths, own]) + 0.7]


def _named(found: Spellings, dark: bool) -> dict[str, object]:
    """Over the line of the tokenizer's own; on the side where there is room."""
    middle = ((found.paths.shortest or 0) + (found.paths.longest or 0)) / 2
    words = "token" if found.canonical == 1 else "tokens"
    return {
        "x": found.canonical,
        "y": 1,
        "yref": "y domain",
        "yanchor": "bottom",
        "xanchor": "left" if found.canonical <= middle else "right",
        "text": f"the tokenizer's own: {count(found.canonical)} {words}",
        "showarrow": False,
        "font": {"color": _INK[dark]},
    }
