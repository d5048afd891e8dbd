"""Pictures of trained tokenizers: bytes per token by size of the vocabulary, and by text."""

from collections.abc import Callable, Sequence
from math import isfinite

import pandas as pd
import plotly.graph_objects as go

from components.charts.chart import GRID, Chart, finish, names_axis
from components.training.looks import label_of, looks_of, run_name
from core.common.numbers import count
from core.training.recipe import MeasuredPart, Trained
from core.training.runs import by_run, run_of

ALL_TEXT = "All texts"
Ends = tuple[float, float, float]  # a value, and the low and the high end of its interval
_LONG_NAME = 24  # characters
_LEAST, _PLOT = 380, 200  # pixels of a picture, and of what stands below its legend on a phone
_WIDE, _KEY_ROW, _FOOT = 26, 29, 120  # pixels of a row, of a row of the legend on a phone, and of axis and one row


def part_of(one: Trained, name: str) -> MeasuredPart | None:
    """What was measured of one on a text, or on all of them; None where it was not."""
    if name == ALL_TEXT:
        return one.whole
    return next((part for part in one.parts if part.name == name and isfinite(part.bytes_per_token)), None)


def size_lines(made: Sequence[Trained], value_of: Callable[[Trained], Ends | None], shown: str) -> list[go.Scatter]:
    """A line per run: a value with its interval against the size of the vocabulary.

    Args:
        value_of: value, low and high; None leaves one out.
        shown: the value in a hover, as plotly writes it, such as `%{y:.3f} bytes per token`.
    """
    traces, looks = list[go.Scatter](), looks_of(made)
    for run, ones in by_run(made).items():
        there = [(one.n_vocabulary, value) for one in ones if (value := value_of(one)) is not None]
        traces.append(
            go.Scatter(
                x=[n for n, _ in there],
                y=[value[0] for _, value in there],
                error_y=interval_bars([value for _, value in there], 4),
                mode="lines+markers",
                **looks[run].named(traces),
                line={"color": looks[run].colour, "width": 2, "dash": looks[run].dash},
                marker={"size": 9, "symbol": looks[run].symbol},
                hovertemplate=f"{run_name(ones[0], made)}, %{{x:,}} entries: {shown}<extra></extra>",
            )
        )
    return traces


def by_size(made: Sequence[Trained], traces: Sequence[go.Scatter], title: str, **axis: object) -> go.Figure:
    """Such lines as a figure, with sizes below and the value on the left."""
    return finish(
        go.Figure(list(traces)),
        size_height(traces),
        showlegend=True,
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        xaxis=sizes_axis(made),
        yaxis={"title": title, "gridcolor": GRID, "automargin": True, **axis},
    )


def size_height(traces: Sequence[go.Scatter]) -> int:
    """Pixels of such a picture: more where the legend of a phone takes much of it."""
    return max(_LEAST, _KEY_ROW * sum(bool(trace.showlegend) for trace in traces) + _PLOT)


def by_size_chart(made: Sequence[Trained], name: str) -> Chart:
    """A line per run: bytes per token on a text against the size of the vocabulary."""

    def value_of(one: Trained) -> Ends | None:
        part = part_of(one, name)
        return None if part is None else (part.bytes_per_token, part.low, part.high)

    best = max((one for one in made if part_of(one, name)), key=lambda one: _value(one, name), default=made[0])
    return Chart(
        "train_by_size",
        by_size(made, size_lines(made, value_of, "%{y:.3f} bytes per token"), "bytes per token"),
        f"Bytes per token on {name} by size of the vocabulary; the most has {label_of(best, made)}.",
        lambda: _table(made, name),
    )


def by_text_chart(made: Sequence[Trained], among: Sequence[Trained]) -> Chart:
    """A row per text and a dot per tokenizer, all of one size.

    Args:
        among: the whole plan, in which each run has its look.
    """
    names = [part.name for part in made[0].parts if isfinite(part.bytes_per_token)]
    traces, looks = list[go.Scatter](), looks_of(among)
    for one in made:
        look = looks[run_of(one.recipe)]
        found = [part_of(one, name) for name in names]
        there = [(row, part) for row, part in enumerate(found) if part is not None]
        traces.append(
            go.Scatter(
                x=[part.bytes_per_token for _, part in there],
                y=[row for row, _ in there],
                error_x=interval_bars([(part.bytes_per_token, part.low, part.high) for _, part in there], 0),
                mode="markers",
                **look.named(traces),
                marker={"size": 9, "color": look.colour, "symbol": look.symbol},
                customdata=[part.name for _, part in there],
                hovertemplate=f"{run_name(one, among)}, %{{customdata}}: %{{x:.3f}} bytes per token<extra></extra>",
            )
        )
    figure = finish(
        go.Figure(traces),
        max(_WIDE * len(names) + 110, _KEY_ROW * _key_rows(traces) + _WIDE * len(names) // 2 + _FOOT),
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


def _key_rows(traces: Sequence[go.Scatter]) -> int:
    """Rows of a legend: two names a row, one where they are long."""
    names = [trace.name for trace in traces if trace.showlegend]
    return len(names) if max(map(len, names), default=0) > _LONG_NAME else len(names) // 2 + 1


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


def _table(made: Sequence[Trained], name: str) -> pd.DataFrame:
    rows = [(one, part) for one in made if (part := part_of(one, name)) is not None]
    return pd.DataFrame(
        {
            "Trainer": [run_name(one, made, with_seed=False) for one, _ in rows],
            "Entries": [one.n_vocabulary for one, _ in rows],
            "Seed": [one.recipe.seed for one, _ in rows],
            "Text": [name] * len(rows),
            "Bytes per token": [part.bytes_per_token for _, part in rows],
            "Low": [part.low for _, part in rows],
            "High": [part.high for _, part in rows],
            "Bytes measured": [part.n_measured_bytes for _, part in rows],
        }
    )
