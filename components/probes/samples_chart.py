"""Share of a model's samples that drift, by temperature, a line per language."""

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components.charts.chart import GRID, Chart, finish
from components.probes.interval_lines import interval_line
from core.common.numbers import count
from core.probes.drift_samples import DriftSamples, SampledDrift
from core.text.languages import language

_APART = 0.05  # of the way from one temperature to the next, between marks of several languages


def by_language(found: DriftSamples) -> dict[str, list[SampledDrift]]:
    """The rows by the name of their language, in the order of the languages."""
    rows: dict[str, list[SampledDrift]] = {}
    for row in found.rows:
        rows.setdefault(language(row.language).name, []).append(row)
    return rows


def samples_chart(found: DriftSamples, key: str, height: int = 340) -> Chart:
    """A mark for each language and temperature, with Wilson's interval.

    Args:
        key: of the chart.
    """
    rows = by_language(found)
    temperatures = [f"{row.temperature:g}" for row in next(iter(rows.values()))]
    figure = go.Figure([_line(name, own, place, len(rows)) for place, (name, own) in enumerate(rows.items())])
    finish(
        figure,
        height,
        showlegend=True,
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        margin={"l": 4, "r": 10, "t": 40, "b": 4},
        xaxis={
            "title": "temperature (higher draws bolder)",
            "tickvals": [*range(len(temperatures))],
            "ticktext": temperatures,
            "range": [-0.5, len(temperatures) - 0.5],
            "automargin": True,
            "showgrid": False,
        },
        yaxis={
            "title": "samples that drift",
            "tickformat": ".0%",
            "range": [-0.03, 1.05],
            "automargin": True,
            "gridcolor": GRID,
        },
    )
    return Chart(
        key,
        figure,
        "Samples that drift: " + "; ".join(_in_words(name, own) for name, own in rows.items()),
        lambda: samples_table(found),
        columns={one: st.column_config.NumberColumn(format="percent") for one in ("Drift", "From", "To")},
    )


def samples_table(found: DriftSamples) -> pd.DataFrame:
    """A row per language and temperature."""
    return pd.DataFrame(
        [
            {
                "Language": name,
                "Temperature": row.temperature,
                "Samples": row.found.n,
                "Tokens": row.found.n_tokens,
                "Drift": row.found.share.value,
                "From": row.found.share.low,
                "To": row.found.share.high,
            }
            for name, own in by_language(found).items()
            for row in own
        ]
    )


def _line(name: str, rows: list[SampledDrift], place: int, of: int) -> go.Scatter:
    hover = [
        f"{name} at {row.temperature:g}: {row.found.share.value:.0%} of {count(row.found.n)} samples drift "
        f"[{row.found.share.low:.0%}, {row.found.share.high:.0%}]"
        for row in rows
    ]
    return interval_line(name, [row.found.share for row in rows], hover, place, of, _APART)


def _in_words(name: str, rows: list[SampledDrift]) -> str:
    return f"{name} " + ", ".join(f"{row.found.share.value:.0%} at {row.temperature:g}" for row in rows)
