"""Pictures of trained tokenizers: bytes per token by size of the vocabulary, and by text."""

from collections.abc import Sequence
from math import isfinite

import pandas as pd
import plotly.graph_objects as go

from components.charts.chart import GRID, Chart, finish, names_axis
from components.widgets.colours import OKABE_ITO
from core.common.numbers import count
from core.training.recipe import MeasuredPart, Trained
from core.training.trainer import TRAINERS

ALL_TEXT = "All texts"
_SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x", "star", "cross", "triangle-down")
_WIDE = 26  # pixels a row


def label_of(one: Trained) -> str:
    """What it is called beside others."""
    return f"{TRAINERS.get(one.recipe.trainer).label}, {count(one.n_vocabulary)}"


def part_of(one: Trained, name: str) -> MeasuredPart | None:
    """What was measured of one on a text, or on all of them; None where it was not."""
    if name == ALL_TEXT:
        return one.whole
    return next((part for part in one.parts if part.name == name and isfinite(part.bytes_per_token)), None)


def by_size_chart(made: Sequence[Trained], name: str) -> Chart:
    """A line per trainer: bytes per token on a text against the size of the vocabulary."""
    lines = by_trainer(made)
    traces = []
    for key, ones in lines.items():
        there = [(one.n_vocabulary, part) for one in ones if (part := part_of(one, name)) is not None]
        colour, symbol = look_of(key)
        traces.append(
            go.Scatter(
                x=[n for n, _ in there],
                y=[part.bytes_per_token for _, part in there],
                error_y=_interval([part for _, part in there], 4),
                mode="lines+markers",
                name=TRAINERS.get(key).label,
                line={"color": colour, "width": 2},
                marker={"size": 9, "symbol": symbol},
                hovertemplate=f"{TRAINERS.get(key).label}, %{{x:,}} entries: %{{y:.3f}} bytes per token<extra></extra>",
            )
        )
    figure = finish(
        go.Figure(traces),
        380,
        showlegend=True,
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        xaxis=sizes_axis(made),
        yaxis={"title": "bytes per token", "gridcolor": GRID, "automargin": True},
    )
    best = max((one for one in made if part_of(one, name)), key=lambda one: _value(one, name), default=made[0])
    return Chart(
        "train_by_size",
        figure,
        f"Bytes per token on {name} by size of the vocabulary; the most has {label_of(best)}.",
        lambda: _table(made, name),
    )


def by_text_chart(made: Sequence[Trained]) -> Chart:
    """A row per text and a dot per tokenizer, all of one size."""
    names = [part.name for part in made[0].parts if isfinite(part.bytes_per_token)]
    traces = []
    for one in made:
        colour, symbol = look_of(one.recipe.trainer)
        found = [part_of(one, name) for name in names]
        there = [(row, part) for row, part in enumerate(found) if part is not None]
        traces.append(
            go.Scatter(
                x=[part.bytes_per_token for _, part in there],
                y=[row for row, _ in there],
                error_x=_interval([part for _, part in there], 0),
                mode="markers",
                name=TRAINERS.get(one.recipe.trainer).label,
                marker={"size": 9, "color": colour, "symbol": symbol},
                customdata=[part.name for _, part in there],
                hovertemplate="%{customdata}: %{x:.3f} bytes per token<extra></extra>",
            )
        )
    figure = finish(
        go.Figure(traces),
        _WIDE * len(names) + 110,
        showlegend=True,
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0},
        xaxis={"title": "bytes per token", "gridcolor": GRID, "rangemode": "tozero"},
        yaxis=names_axis(names),
    )
    return Chart(
        "train_by_text",
        figure,
        f"Bytes per token of {len(made)} tokenizers of the same size on {len(names)} texts.",
        lambda: pd.concat([_table(made, name) for name in names]),
    )


def sizes_axis(made: Sequence[Trained]) -> dict[str, object]:
    """A horizontal axis of the sizes that there are."""
    sizes = sorted({one.n_vocabulary for one in made})
    return {
        "type": "log",
        "title": "entries of the vocabulary",
        "tickvals": sizes,
        "ticktext": [count(n) for n in sizes],
        "gridcolor": GRID,
    }


def look_of(key: str) -> tuple[str, str]:
    """Colour and mark of a trainer, the same in every picture, whichever others are there.

    >>> len({look_of(key) for key in TRAINERS.all()}) == len(TRAINERS.all())
    True
    """
    place = list(TRAINERS.all()).index(key)
    again, colour = divmod(place, len(OKABE_ITO))
    return OKABE_ITO[colour], _SYMBOLS[(colour + again) % len(_SYMBOLS)]


def _interval(parts: Sequence[MeasuredPart], width: int) -> dict[str, object]:
    """Bars from low to high, with ends of so many pixels."""
    return {
        "type": "data",
        "array": [part.high - part.bytes_per_token for part in parts],
        "arrayminus": [part.bytes_per_token - part.low for part in parts],
        "thickness": 1,
        "width": width,
    }


def _value(one: Trained, name: str) -> float:
    part = part_of(one, name)
    return part.bytes_per_token if part is not None else float("nan")


def by_trainer(made: Sequence[Trained]) -> dict[str, list[Trained]]:
    """Those of each trainer by its key, smaller ones first."""
    found: dict[str, list[Trained]] = {}
    for one in sorted(made, key=lambda one: one.n_vocabulary):
        found.setdefault(one.recipe.trainer, []).append(one)
    return found


def _table(made: Sequence[Trained], name: str) -> pd.DataFrame:
    rows = [(one, part) for one in made if (part := part_of(one, name)) is not None]
    return pd.DataFrame(
        {
            "Trainer": [TRAINERS.get(one.recipe.trainer).label for one, _ in rows],
            "Entries": [one.n_vocabulary for one, _ in rows],
            "Text": [name] * len(rows),
            "Bytes per token": [part.bytes_per_token for _, part in rows],
            "Low": [part.low for _, part in rows],
            "High": [part.high for _, part in rows],
            "Bytes measured": [part.n_measured_bytes for _, part in rows],
        }
    )
