"""What a model needs for a text, by how many of its tokens are spelled otherwise: a dot for each spelling."""

from statistics import mean

import pandas as pd
import plotly.graph_objects as go

from components.charts.chart import GRID, Chart, finish
from core.common.numbers import count, so_many
from core.probes.spelling_loss import RespelledLoss, SpellingLoss

_LINE, _DOT, _OWN = "#3a87c8", "rgba(58,135,200,.45)", "#d18a00"


def loss_chart(found: SpellingLoss, key: str, height: int = 320) -> Chart:
    """Dots for spellings, a line through their means, and the tokenizer's own in another colour.

    Args:
        key: of the chart.
    """
    own, shares = found.rows[0], [row.share for row in found.rows]
    drawn = [(row, n) for row in found.rows[1:] for n in range(len(row.bits_per_byte))]
    figure = go.Figure(
        [
            go.Scatter(
                name="mean",
                x=shares,
                y=[row.mean for row in found.rows],
                mode="lines",
                line={"color": _LINE, "width": 2},
                hoverinfo="skip",
            ),
            go.Scatter(
                name="a spelling",
                x=[row.share for row, _ in drawn],
                y=[row.bits_per_byte[n] for row, n in drawn],
                mode="markers",
                marker={"color": _DOT, "size": 8},
                customdata=[_hover(row, n) for row, n in drawn],
                hovertemplate="%{customdata}<extra></extra>",
                cliponaxis=False,
            ),
            go.Scatter(
                name="the tokenizer's own",
                x=[own.share],
                y=list(own.bits_per_byte),
                mode="markers",
                marker={"color": _OWN, "size": 11, "symbol": "diamond"},
                customdata=[_hover(own, 0)],
                hovertemplate="%{customdata}<extra></extra>",
                cliponaxis=False,
            ),
        ]
    )
    finish(
        figure,
        height,
        showlegend=True,
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        margin={"l": 4, "r": 14, "t": 34, "b": 4},
        xaxis={
            "title": "tokens spelled otherwise",
            "tickvals": shares,
            "tickformat": ".0%",
            "range": [-0.04, 1.04],
            "automargin": True,
            "showgrid": False,
        },
        yaxis={"title": "bits for each byte", "automargin": True, "gridcolor": GRID, "rangemode": "tozero"},
    )
    return Chart(key, figure, in_words(found), lambda: loss_table(found))


def _hover(row: RespelledLoss, n: int) -> str:
    return (
        f"{so_many(row.n_moved, 'token', 'tokens')} spelled otherwise, "
        f"{so_many(row.n_tokens[n], 'token', 'tokens')} in all: "
        f"{row.bits_per_byte[n]:.3f} bits for each byte"
    )


def in_words(found: SpellingLoss) -> str:
    """The two ends, in a sentence."""
    first, last = found.rows[0], found.rows[-1]
    return (
        f"{found.model} needs {first.mean:.2f} bits for each byte of the tokenizer's own {count(found.n_tokens)} "
        f"tokens, and {last.mean:.2f} of the same text in others, {count(round(mean(last.n_tokens)))} on average."
    )


def loss_table(found: SpellingLoss) -> pd.DataFrame:
    """A row per spelling."""
    return pd.DataFrame(
        [
            {"Share": row.share, "Moved": row.n_moved, "Tokens": n_tokens, "Bits per byte": bits}
            for row in found.rows
            for n_tokens, bits in zip(row.n_tokens, row.bits_per_byte, strict=True)
        ]
    )
