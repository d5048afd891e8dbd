"""What a model loses on dynamic tokens, by the share of its tokens that are saved: a line for each way to make rows."""

from collections.abc import Sequence
from math import isnan

import pandas as pd
import plotly.graph_objects as go

from components.charts.chart import GRID, Chart, finish, level
from core.common.numbers import count, so_many
from core.probes.merging.found import DynamicTokens, MergedReading, MergedTokens
from core.stats.number import Number

_PREDICTED, _MEAN = "rows of the hypernetwork", "mean of the old rows"
_STYLES = {_PREDICTED: ("#3a87c8", "circle", "solid"), _MEAN: ("#d18a00", "square", "dash")}


def merging_chart(found: DynamicTokens, key: str, height: int = 340) -> Chart:
    """Lines with intervals, and a level line at 0, the plain tokens.

    Args:
        key: of the chart.
    """
    lines = {_PREDICTED: [row.predicted for row in found.rows], _MEAN: [row.mean for row in found.rows]}
    figure = go.Figure([_line(found, name, readings) for name, readings in lines.items()])
    finish(
        figure,
        height,
        showlegend=True,
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        margin={"l": 4, "r": 14, "t": 34, "b": 4},
        shapes=[level(0, {"color": "#888", "width": 2})],
        xaxis={
            "title": "tokens saved",
            "tickformat": ".0%",
            "automargin": True,
            "showgrid": False,
            "rangemode": "tozero",
        },
        yaxis={"title": "bits a byte lost", "automargin": True, "gridcolor": GRID},
    )
    return Chart(key, figure, in_words(found), lambda: merging_table(found))


def _line(found: DynamicTokens, name: str, readings: Sequence[MergedReading]) -> go.Scatter:
    colour, symbol, dash = _STYLES[name]
    lost = [Number(0.0, 0.0, 0.0), *(reading.lost for reading in readings)]
    said = [f"plain tokens: {found.plain.value:.3f} bits a byte"]
    said += [_hover(found, row, name, reading) for row, reading in zip(found.rows, readings, strict=True)]
    return go.Scatter(
        name=name,
        x=[0.0, *(found.saved(row) for row in found.rows)],
        y=[one.value for one in lost],
        mode="lines+markers",
        marker={"color": colour, "symbol": symbol, "size": 8},
        line={"color": colour, "width": 2, "dash": dash},
        error_y={
            "type": "data",
            "symmetric": False,
            "array": [one.high - one.value for one in lost],
            "arrayminus": [one.value - one.low for one in lost],
            "color": colour,
            "thickness": 1.5,
            "width": 3,
        },
        customdata=said,
        hovertemplate="%{customdata}<extra></extra>",
        cliponaxis=False,
    )


def _hover(found: DynamicTokens, row: MergedTokens, name: str, reading: MergedReading) -> str:
    return (
        f"{so_many(row.merges, 'merge', 'merges')}, {count(row.n_tokens)} of {count(found.n_tokens)} tokens<br>"
        f"{name}: {in_bits(reading.lost)} bits a byte"
    )


def in_bits(number: Number) -> str:
    """A difference in bits with its interval, where it has one.

    >>> in_bits(Number(0.1, -0.02, 0.2))
    '+0.100 (−0.020 to +0.200)'
    """
    between = "" if isnan(number.low) else f" ({number.low:+.3f} to {number.high:+.3f})"
    return f"{number.value:+.3f}{between}".replace("-", "−")


def in_words(found: DynamicTokens) -> str:
    """The last row, in a sentence or two."""
    last = found.rows[-1]
    return (
        f"Beside the {found.plain.value:.2f} bits a byte that {found.model} needs in plain tokens, it loses "
        f"{in_bits(last.predicted.lost)} with {found.saved(last):.0%} of the tokens saved where the hypernetwork makes "
        f"the rows, and {in_bits(last.mean.lost)} where they are the mean of the old ones."
    )


def merging_table(found: DynamicTokens) -> pd.DataFrame:
    """A row per number of merges."""
    return pd.DataFrame(
        [
            {
                "Merges": row.merges,
                "Tokens": row.n_tokens,
                "Saved": found.saved(row),
                "Different merged tokens": row.n_different,
                **_columns("hypernetwork", row.predicted),
                **_columns("mean", row.mean),
                "Mean less hypernetwork": row.apart.value,
            }
            for row in found.rows
        ]
    )


def _columns(name: str, reading: MergedReading) -> dict[str, float]:
    return {
        f"Bits a byte, {name}": reading.bits.value,
        f"Lost, {name}": reading.lost.value,
        f"from, {name}": reading.lost.low,
        f"to, {name}": reading.lost.high,
        f"Lost at all own boundaries, {name}": reading.own_lost.value,
    }
