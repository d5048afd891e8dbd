"""Charts of the lab: shown with their numbers, and with how to cite them."""

from collections.abc import Callable
from datetime import UTC, datetime
from textwrap import wrap
from typing import Any

import plotly.graph_objects as go
import streamlit as st

from components.charts.chart import CONFIG, Chart, finish, numbers_fold
from components.charts.take_away import take_away
from components.lab.context import LabContext
from components.lab.entrant_marks import in_light
from core.common.public_link import public_link
from core.export.provenance import CitedTokenizer, Provenance, slug

_NAME = 20  # px that each name above a chart takes on a phone, where it has a line of its own
_AXIS = 60  # px below a chart


def in_lines(name: str, width: int = 34) -> str:
    """A long name of a model on several lines, so that it stays inside a window of 390 px.

    >>> in_lines("OMP robust (k 16, least_norm 0.1, tolerance 0.001)")
    'OMP robust (k 16, least_norm 0.1,<br>tolerance 0.001)'
    """
    return "<br>".join(wrap(name, width))


def finish_named(figure: go.Figure, height: int, **layout: Any) -> None:
    """What charts with the names of the models above them share.

    Args:
        height: of the plot alone, px; on a phone the names, one below the other, take nothing off it.
    """
    named = [trace for trace in figure.data if trace.showlegend is not False]
    for trace in named:
        trace.name = in_lines(trace.name)
    n_lines = sum(trace.name.count("<br>") + 1 for trace in named)
    legend = {"orientation": "h", "y": 1, "yanchor": "bottom", "x": 0, "maxheight": 0.9}
    finish(figure, height + _AXIS + _NAME * n_lines, showlegend=True, legend=legend, **layout)
    figure.update_layout(margin={"t": 44})


def show(chart: Chart, context: LabContext, before_the_rest: Callable[[], None] = lambda: None) -> None:
    """The chart, and under it its numbers and all of it to take away."""
    st.plotly_chart(chart.figure, key=chart.key, config=CONFIG, alt=chart.alt)
    before_the_rest()
    with st.container(horizontal=True, horizontal_alignment="right", key=f"{chart.key}_below"):
        numbers_fold(chart)
        take_away(
            chart.key,
            f"transplant-{slug(chart.key)}-{context.job.key[:8]}",
            lambda: provenance_of(context),
            chart.alt,
            chart.numbers,
            lambda _: in_light(chart.figure),
        )


def provenance_of(context: LabContext) -> Provenance:
    """Where the numbers of a comparison come from."""
    setting = context.setting
    texts = [each for each in context.job.inputs if each.name not in _parties(context)]
    return Provenance(
        what=f"{setting.model.label} with the tokenizer of {setting.tokenizer.label}",
        corpus=", ".join(each.name for each in texts),
        corpus_fingerprint=", ".join(each.fingerprint for each in texts),
        sentences=f"{len(setting.texts):,}",
        tokenizers=tuple(
            CitedTokenizer(party.label, party.fingerprint)
            for party in (setting.model, setting.tokenizer, setting.donor)
            if party is not None
        ),
        counted=_day(context.job.finished),
        versions=(),
        licence="",
        link=public_link(st.context.url or ""),
        retrieved=_day(datetime.now(UTC).timestamp()),
        tokenizers_heading="Models and tokenizers",
        counted_verb="Measured",
        unit="texts",
    )


def _day(seconds: float | None) -> str:
    """The day of a moment, ISO 8601; empty for none."""
    return "" if seconds is None else datetime.fromtimestamp(seconds, UTC).date().isoformat()


def _parties(context: LabContext) -> set[str]:
    setting = context.setting
    return {party.spec for party in (setting.model, setting.tokenizer, setting.donor) if party is not None}
