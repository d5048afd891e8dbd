"""Pictures of the sizes at which languages are as short as a reference: their curves, and where each meets it."""

from math import isnan

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from components.charts.chart import FAINT, GRID, LINE, Chart, finish, level, names_axis
from components.widgets.colours import OKABE_ITO
from core.common.numbers import count
from core.training.equal_length import EqualLength

_POINTS, _ROW = 40, 28
_LEADING = (1, 1.5, 2, 2.5, 3, 3.5, 4, 5, 6, 7, 8)  # digits of the numbers at an axis in powers


def curves_chart(found: EqualLength) -> Chart:
    """Tokens a sentence against entries, a curve per language through what was measured, and the length to meet."""
    sizes = np.geomspace(found.sizes[0], found.sizes[-1], _POINTS)
    traces = []
    for row, one in enumerate(found.needed):
        colour = OKABE_ITO[row % len(OKABE_ITO)]
        dash = ("solid", "dash", "dot")[row // len(OKABE_ITO) % 3]
        traces += [
            go.Scatter(
                x=sizes, y=found.fitted(row, sizes), mode="lines", line={"color": colour, "width": 1.5, "dash": dash},
                hoverinfo="skip", legendgroup=one.language, name=one.language,
            ),
            go.Scatter(
                x=found.sizes, y=found.tokens[row], mode="markers", marker={"color": colour, "size": 7},
                legendgroup=one.language, showlegend=False,
                hovertemplate=f"{one.language}, %{{x:,}} entries: %{{y:.1f}} tokens a sentence<extra></extra>",
            ),
        ]  # fmt: skip
    figure = finish(
        go.Figure(traces),
        440,
        showlegend=True,
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        shapes=[level(found.target, {"color": LINE, "width": 1.5, "dash": "dash"})],
        xaxis={
            "type": "log", "title": "entries of the vocabulary", "tickvals": list(found.sizes),
            "ticktext": [count(n) for n in found.sizes], "gridcolor": GRID,
        },
        yaxis={
            "type": "log", "title": "tokens a sentence", "tickvals": _ticks(found), "gridcolor": GRID,
            "automargin": True,
        },
    )  # fmt: skip
    return Chart(
        "train_equal_curves",
        figure,
        f"Tokens a sentence by size, a curve for each of {len(found.needed)} languages, and the {found.target:.1f} "
        f"tokens that {found.reference} takes with {count(found.at)} entries.",
        lambda: _measured(found),
    )


def _ticks(found: EqualLength) -> list[float]:
    """Round numbers among the tokens that were measured."""
    low, high = float(found.tokens.min()) * 0.9, float(found.tokens.max()) * 1.1
    round_ones = [leading * 10.0**power for power in range(5) for leading in _LEADING]
    return [one for one in round_ones if low <= one <= high]


def needed_chart(found: EqualLength) -> Chart:
    """A row per language: the size that it needs with its interval, or why there is none."""
    rows = sorted(found.needed, key=lambda one: (isnan(one.value), one.why, one.value))
    there = [(n, one) for n, one in enumerate(rows) if not isnan(one.value)]
    low = [one.value - (found.sizes[0] if isnan(one.low) else one.low) for _, one in there]
    high = [(found.sizes[-1] if isnan(one.high) else one.high) - one.value for _, one in there]
    traces = [
        go.Scatter(
            x=[one.value for _, one in there],
            y=[n for n, _ in there],
            error_x={"type": "data", "array": high, "arrayminus": low, "thickness": 1, "width": 0},
            mode="markers",
            marker={"size": 9, "color": OKABE_ITO[0]},
            customdata=[one.language for _, one in there],
            hovertemplate="%{customdata}: %{x:,.0f} entries<extra></extra>",
        ),
    ]
    notes = [
        {"x": 0, "xref": "x domain", "xanchor": "left", "y": n, "text": one.why, "showarrow": False, "opacity": 0.75}
        for n, one in enumerate(rows)
        if one.why
    ]
    figure = finish(
        go.Figure(traces),
        _ROW * len(rows) + 110,
        annotations=notes,
        xaxis={
            "type": "log", "title": "entries of the vocabulary", "tickvals": list(found.sizes), "gridcolor": FAINT,
            "ticktext": [count(n) for n in found.sizes],
            "range": [np.log10(found.sizes[0]) - 0.06, np.log10(found.sizes[-1]) + 0.06],
        },
        yaxis=names_axis([one.language for one in rows]),
    )  # fmt: skip
    return Chart("train_equal_sizes", figure, _finding(found), lambda: _sizes(found))


def _finding(found: EqualLength) -> str:
    known = [one for one in found.needed if not isnan(one.value) and one.language != found.reference]
    begin = f"The size at which each language takes {found.target:.1f} tokens a sentence"
    if not known:
        return f"{begin}: no other language is there within the sizes trained."
    most = max(known, key=lambda one: one.value)
    return f"{begin}; of those within the sizes trained {most.language} needs most, {count(round(most.value))} entries."


def _measured(found: EqualLength) -> pd.DataFrame:
    return pd.DataFrame(
        {"Language": [one.language for one in found.needed]}
        | {f"{count(n)} entries": found.tokens[:, column] for column, n in enumerate(found.sizes)}
    )


def _sizes(found: EqualLength) -> pd.DataFrame:
    return pd.DataFrame(
        {
            "Language": [one.language for one in found.needed],
            "Entries": [one.value for one in found.needed],
            "Low": [one.low for one in found.needed],
            "High": [one.high for one in found.needed],
            "Why there is none": [one.why for one in found.needed],
        }
    )
