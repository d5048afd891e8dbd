"""The picture of an experiment, and under it its numbers and all of it to take away."""

import hashlib
import json
from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime
from urllib.parse import urlencode, urlsplit, urlunsplit

import plotly.graph_objects as go
import streamlit as st

from components.charts.chart import CONFIG, Chart, numbers_fold
from components.charts.paper import PrintWidth
from components.charts.take_away import take_away
from components.probes.context import ProbeContext
from components.probes.linked import parameters
from core.common.numbers import count
from core.common.program import VERSION
from core.common.public_link import public_link
from core.export.provenance import CitedTokenizer, Provenance, slug
from core.probes.probe import ProbeAnswer

_ENDLESS = "∞", "characters"  # of a source


def show(
    chart: Chart,
    context: ProbeContext,
    answer: ProbeAnswer,
    subject: str,
    by: Sequence[CitedTokenizer],
    extent: tuple[str, str] = _ENDLESS,
) -> None:
    """The chart with all that belongs to it.

    Args:
        answer: what was found, for a download as JSON.
        subject: the text that it is about, or what else is where the probe asks for no text.
        by: tokenizers with their fingerprints, or models with their specs.
        extent: of what is no text, how many and of what.
    """
    st.plotly_chart(chart.figure, key=chart.key, config=CONFIG, alt=chart.alt)
    keep(chart, context, answer.document, subject, by, extent=extent)


def keep(
    chart: Chart,
    context: ProbeContext,
    document: Callable[[], Mapping[str, object]],
    subject: str,
    by: Sequence[CitedTokenizer],
    picture: bool = True,
    extent: tuple[str, str] = _ENDLESS,
) -> None:
    """What stands under a picture: its numbers, the answer as JSON, and the popover with all forms to keep."""

    def drawn(width: PrintWidth) -> go.Figure:
        return chart.printed(context, width) if chart.printed else chart.figure

    with st.container(horizontal=True, horizontal_alignment="right", key=f"{chart.key}_below"):
        numbers_fold(chart)
        st.download_button(
            "JSON",
            lambda: json.dumps(document(), ensure_ascii=False).encode("utf-8", "replace"),
            f"probe-{context.probe.key}.json",
            "application/json",
            icon=":material/data_object:",
            type="tertiary",
            on_click="ignore",
            key=f"{chart.key}_json",
        )
        take_away(
            chart.key,
            f"probe-{slug(context.probe.key)}",
            lambda: provenance(context, subject, by, extent),
            chart.alt,
            chart.numbers,
            drawn if picture else None,
        )


def provenance(
    context: ProbeContext, subject: str, by: Sequence[CitedTokenizer], extent: tuple[str, str] = _ENDLESS
) -> Provenance:
    """Where the numbers come from, as of now."""
    data, today = subject.encode(errors="replace"), datetime.now(UTC).date().isoformat()
    reads = any(one.kind == "text" for one in context.probe.asked)
    return Provenance(
        what=context.probe.question.rstrip("?"),
        corpus="A text" if reads else subject,
        corpus_fingerprint=hashlib.sha256(data).hexdigest()[:16],
        sentences=count(len(data)) if reads else extent[0],
        unit="bytes" if reads else extent[1],
        tokenizers=tuple(by),
        tokenizers_heading="Models" if any(one.kind == "model" for one in context.probe.asked) else "Tokenizers",
        counted=today,
        counted_verb="Asked",
        versions=(f"token-atlas {VERSION}",),
        licence="",
        link=_link(context),
        retrieved=today,
    )


def _link(context: ProbeContext) -> str:
    if not st.context.url:
        return ""
    query = {name: st.query_params.get_all(name) for name in st.query_params} | parameters(context.probe.key)
    return public_link(urlunsplit((*urlsplit(st.context.url)[:3], urlencode(query, doseq=True), "")))
