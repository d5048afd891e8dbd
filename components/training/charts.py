"""Pictures of trained tokenizers: bytes per token by size of the vocabulary, and by text."""

from collections.abc import Callable, Sequence
from math import isfinite

import pandas as pd
import plotly.graph_objects as go

from components.charts.chart import GRID, Chart, finish, names_axis
from components.widgets.colours import OKABE_ITO
from core.common.numbers import count
from core.training.family import SHIPPED
from core.training.recipe import MeasuredPart, Trained
from core.training.trainer import TRAINERS

ALL_TEXT = "All texts"
Ends = tuple[float, float, float]  # a value, and the low and the high end of its interval
_SYMBOLS = ("circle", "square", "diamond", "triangle-up", "x", "star", "cross", "triangle-down")
_WIDE, _KEY_ROW, _FOOT = 26, 29, 120  # pixels of a row, of a row of the legend on a phone, and of axis and one row


def label_of(one: Trained) -> str:
    """What it is called beside others."""
    label, comma, seed = trainer_label(one).partition(", seed")
    return f"{label}, {count(one.n_vocabulary)}{comma}{seed}"


def trainer_label(one: Trained) -> str:
    """Its trainer, with the seed where that is another than usual."""
    label = TRAINERS.get(one.recipe.trainer).label
    return f"{label}, seed {one.recipe.seed}" if one.recipe.seed else label


def part_of(one: Trained, name: str) -> MeasuredPart | None:
    """What was measured of one on a text, or on all of them; None where it was not."""
    if name == ALL_TEXT:
        return one.whole
    return next((part for part in one.parts if part.name == name and isfinite(part.bytes_per_token)), None)


def size_lines(made: Sequence[Trained], value_of: Callable[[Trained], Ends | None], shown: str) -> list[go.Scatter]:
    """A line per trainer and seed: a value with its interval against the size of the vocabulary.

    Args:
        value_of: value, low and high; None leaves one out.
        shown: the value in a hover, as plotly writes it, such as `%{y:.3f} bytes per token`.
    """
    traces, named = list[go.Scatter](), set[str]()
    for (key, _), ones in by_trainer(made).items():
        there = [(one.n_vocabulary, value) for one in ones if (value := value_of(one)) is not None]
        colour, symbol = look_of(key)
        label = TRAINERS.get(key).label
        traces.append(
            go.Scatter(
                x=[n for n, _ in there],
                y=[value[0] for _, value in there],
                error_y=interval_bars([value for _, value in there], 4),
                mode="lines+markers",
                name=label,
                legendgroup=key,
                showlegend=key not in named,
                line={"color": colour, "width": 2},
                marker={"size": 9, "symbol": symbol},
                hovertemplate=f"{trainer_label(ones[0])}, %{{x:,}} entries: {shown}<extra></extra>",
            )
        )
        named.add(key)
    return traces


def by_size(made: Sequence[Trained], traces: Sequence[go.Scatter], title: str, **axis: object) -> go.Figure:
    """Such lines as a figure, with sizes below and the value on the left."""
    return finish(
        go.Figure(list(traces)),
        380,
        showlegend=True,
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        xaxis=sizes_axis(made),
        yaxis={"title": title, "gridcolor": GRID, "automargin": True, **axis},
    )


def by_size_chart(made: Sequence[Trained], name: str) -> Chart:
    """A line per trainer: bytes per token on a text against the size of the vocabulary."""

    def value_of(one: Trained) -> Ends | None:
        part = part_of(one, name)
        return None if part is None else (part.bytes_per_token, part.low, part.high)

    best = max((one for one in made if part_of(one, name)), key=lambda one: _value(one, name), default=made[0])
    return Chart(
        "train_by_size",
        by_size(made, size_lines(made, value_of, "%{y:.3f} bytes per token"), "bytes per token"),
        f"Bytes per token on {name} by size of the vocabulary; the most has {label_of(best)}.",
        lambda: _table(made, name),
    )


def by_text_chart(made: Sequence[Trained]) -> Chart:
    """A row per text and a dot per tokenizer, all of one size."""
    names = [part.name for part in made[0].parts if isfinite(part.bytes_per_token)]
    traces = list[go.Scatter]()
    for one in made:
        colour, symbol = look_of(one.recipe.trainer)
        found = [part_of(one, name) for name in names]
        there = [(row, part) for row, part in enumerate(found) if part is not None]
        named = {trace.legendgroup for trace in traces}
        traces.append(
            go.Scatter(
                x=[part.bytes_per_token for _, part in there],
                y=[row for row, _ in there],
                error_x=interval_bars([(part.bytes_per_token, part.low, part.high) for _, part in there], 0),
                mode="markers",
                name=TRAINERS.get(one.recipe.trainer).label,
                legendgroup=one.recipe.trainer,
                showlegend=one.recipe.trainer not in named,
                marker={"size": 9, "color": colour, "symbol": symbol},
                customdata=[part.name for _, part in there],
                hovertemplate="%{customdata}: %{x:.3f} bytes per token<extra></extra>",
            )
        )
    figure = finish(
        go.Figure(traces),
        max(_WIDE * len(names) + 110, _KEY_ROW * (len(traces) // 2 + 1) + _FOOT),
        showlegend=True,
        legend={"orientation": "h", "y": 1.0, "yanchor": "bottom", "x": 0, "maxheight": 0.7},
        xaxis={"title": "bytes per token", "gridcolor": GRID, "rangemode": "tozero", "automargin": True},
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

    Those that ship stand beside each other most often, so colours go to them first.

    >>> len({look_of(key) for key in TRAINERS.all()}) == len(TRAINERS.all())
    True
    """
    place = [*SHIPPED, *(other for other in TRAINERS.all() if other not in SHIPPED)].index(key)
    again, colour = divmod(place, len(OKABE_ITO))
    return OKABE_ITO[colour], _SYMBOLS[(colour + again) % len(_SYMBOLS)]


def interval_bars(values: Sequence[Ends], width: int) -> dict[str, object]:
    """Bars from low to high, with ends of so many pixels."""
    return {
        "type": "data",
        "array": [high - value for value, _, high in values],
        "arrayminus": [value - low for value, low, _ in values],
        "thickness": 1,
        "width": width,
    }


def _value(one: Trained, name: str) -> float:
    part = part_of(one, name)
    return part.bytes_per_token if part is not None else float("nan")


def by_trainer(made: Sequence[Trained]) -> dict[tuple[str, int], list[Trained]]:
    """Those of each trainer and seed, smaller ones first."""
    found: dict[tuple[str, int], list[Trained]] = {}
    for one in sorted(made, key=lambda one: one.n_vocabulary):
        found.setdefault((one.recipe.trainer, one.recipe.seed), []).append(one)
    return found


def _table(made: Sequence[Trained], name: str) -> pd.DataFrame:
    rows = [(one, part) for one in made if (part := part_of(one, name)) is not None]
    return pd.DataFrame(
        {
            "Trainer": [TRAINERS.get(one.recipe.trainer).label for one, _ in rows],
            "Entries": [one.n_vocabulary for one, _ in rows],
            "Seed": [one.recipe.seed for one, _ in rows],
            "Text": [name] * len(rows),
            "Bytes per token": [part.bytes_per_token for _, part in rows],
            "Low": [part.low for _, part in rows],
            "High": [part.high for _, part in rows],
            "Bytes measured": [part.n_measured_bytes for _, part in rows],
        }
    )
