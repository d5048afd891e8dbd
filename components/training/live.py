"""What is trained just now: its newest pieces, and bytes per token on lines kept apart while its vocabulary grows."""

from math import isfinite

import plotly.graph_objects as go
import streamlit as st

from components.cached import runs as cached_runs
from components.charts.chart import CONFIG, GRID, finish
from components.frame.asking import fragment
from components.frame.errors import plain
from components.widgets.colours import OKABE_ITO
from core.common.numbers import count
from core.jobs.job import Job
from core.training.watch import MergedSoFar, read_stage

_HEIGHT, _MOST_LINES = 240, 8


def live(job: Job) -> None:
    """A picture that grows each second while a job merges; nothing before the first look, nor when it is over."""
    if job.state.live:
        fragment(lambda: _draw(job.key), run_every="1s")()


def _draw(key: str) -> None:
    seen: dict[str, list[MergedSoFar]] = st.session_state.setdefault(f"train_live_{key}", {})
    job = cached_runs.jobs().get(key)
    now = read_stage(job.stage) if job.state.live else None
    if now is None:
        return
    looks = seen.setdefault(now.of, [])
    if not looks or looks[-1].n < now.n:
        looks.append(now)
    newest = "\u2002".join(f"`{piece.replace('`', 'ˋ')}`" for piece in now.newest)
    measured = isfinite(now.bytes_per_token)
    per_token = f", {now.bytes_per_token:.2f} bytes per token on lines kept apart" if measured else ""
    st.markdown(f"{plain(now.of)}: {count(now.n)} entries by now{per_token}; the newest {newest}")
    if len(looks) > 1 and measured:
        st.plotly_chart(
            _figure(seen), key="train_live", config=CONFIG,
            alt=f"Bytes per token of {now.of} with {count(now.n)} entries by now: {now.bytes_per_token:.3f}.",
        )  # fmt: skip


def _figure(seen: dict[str, list[MergedSoFar]]) -> go.Figure:
    """A line per tokenizer that was seen to grow, the last ones."""
    last = [(of, looks) for of, looks in seen.items() if len(looks) > 1][-_MOST_LINES:]
    traces = [
        go.Scatter(
            x=[look.n for look in looks],
            y=[look.bytes_per_token for look in looks],
            mode="lines+markers",
            name=of,
            line={"color": OKABE_ITO[place % len(OKABE_ITO)], "width": 2},
            marker={"size": 5},
            hovertemplate=f"{of}, with %{{x:,}} entries: %{{y:.3f}} bytes per token<extra></extra>",
        )
        for place, (of, looks) in enumerate(last)
    ]
    return finish(
        go.Figure(traces),
        _HEIGHT,
        showlegend=True,
        legend={"orientation": "h", "y": 1.02, "yanchor": "bottom", "x": 0},
        xaxis={"title": "entries by now", "gridcolor": GRID, "rangemode": "tozero"},
        yaxis={"title": "bytes per token", "gridcolor": GRID, "automargin": True},
    )
