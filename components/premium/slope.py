"""What changed from one tokenizer of a family to the next."""

from collections.abc import Sequence
from html import escape
from itertools import pairwise

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from components.premium.at_hand import AtHand
from components.premium.overview import CONFIG
from components.premium.scale import log_axis, times
from core.comparison_tests import Differences, compare_tokenizers

FAMILIES = {
    "OpenAI": ("gpt-2", "cl100k", "o200k"),
    "Meta": ("llama-2", "llama-3", "llama-4"),
    "Mistral": ("mistral-v1", "tekken-240718"),
    "DeepSeek": ("deepseek-coder", "deepseek-llm"),
    "SuperBPE": ("bpe-200k", "superbpe-200k"),
}
_NAMED = 8
_COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#56B4E9", "#E69F00", "#7A6A00", "#7F7F7F")


@st.cache_data(max_entries=32, show_spinner=False)
def _differences(part: str, first: int, last: int, base: str) -> Differences:
    from components import cached

    return compare_tokenizers(cached.atlas(part).table, last, first, base)


def draw(at_hand: AtHand) -> None:
    """A line per language from the oldest tokenizer of the family to the newest."""
    family = st.segmented_control(
        "Family", list(FAMILIES), default="OpenAI", required=True, key="family", bind="query-params"
    )
    rows = [at_hand.keys.index(key) for key in FAMILIES[family]]
    value = at_hand.found.value[rows]
    columns = [c for c in at_hand.columns if not np.isnan(value[:, c]).any()]
    if not columns:
        st.info("No language found has a premium with all of these tokenizers.", icon=":material/block:")
        return
    steps = [at_hand.label(row) for row in rows]
    figure = slope_figure(
        steps,
        [at_hand.language(c) for c in columns],
        value[:, columns],
        named(value[:, columns]),
        at_hand.axis,
    )
    st.plotly_chart(figure, key="slope", config=CONFIG, alt=f"Premiums from {steps[0]} to {steps[-1]} by language")
    change = _differences(at_hand.part, rows[0], rows[-1], at_hand.base)
    n_lower = int((change.distinguishable & (change.ratio < 1)).sum())
    n_higher = int((change.distinguishable & (change.ratio > 1)).sum())
    n_compared = len(change.names) - len(change.reasons)
    st.caption(
        f"A line is a language; those that changed most are named. From {steps[0]} to {steps[-1]} the premium "
        f"per line over {at_hand.base_label} falls in {n_lower} of {n_compared} languages, rises in {n_higher}, "
        f"and cannot be told apart in {n_compared - n_lower - n_higher} (paired test over sentences, 5 % after Holm's "
        "correction). A premium compares languages: it can rise while the language itself takes "
        "fewer tokens, if the base gains more."
    )


def named(value: np.ndarray) -> list[int]:
    """Languages to name: at most eight, those whose premium changed most from the first tokenizer to the last.

    >>> named(np.array([[1.0, 4.0], [1.0, 2.0]]))
    [1, 0]
    """
    change = np.abs(np.log(value[-1] / value[0]))
    return [int(n) for n in np.argsort(-change, kind="stable")[:_NAMED]]


def apart(places: Sequence[float], gap: float) -> list[float]:
    """The places, moved so that neighbours are a gap apart, around the same middle.

    >>> apart([1.0, 1.0], 0.5)
    [0.75, 1.25]
    """
    moved = list(places)
    ordered = sorted(range(len(places)), key=lambda n: places[n])
    for before, after in pairwise(ordered):
        moved[after] = max(moved[after], moved[before] + gap)
    shift = (sum(moved) - sum(places)) / max(1, len(moved))
    return [place - shift for place in moved]


def slope_figure(
    steps: Sequence[str], names: Sequence[str], value: np.ndarray, named: Sequence[int], title: str
) -> go.Figure:
    """Lines over the steps (S) for every language (L), `value` being (S, L); some of them named and coloured.

    >>> figure = slope_figure(["a", "b"], ["x", "y"], np.array([[1.0, 4.0], [1.0, 2.0]]), [1], "")
    >>> len(figure.data), figure.layout.annotations[0].text
    (2, '<span style="color:#0072B2">●</span> y')
    """
    at = list(range(len(steps)))

    def words(n: int) -> str:
        return f"{names[n]}: " + " → ".join(f"{times(v)} ({step})" for v, step in zip(value[:, n], steps, strict=True))

    others = [n for n in range(len(names)) if n not in named]
    traces = [
        go.Scatter(
            x=[x for _ in others for x in (*at, None)],
            y=[y for n in others for y in (*value[:, n].tolist(), None)],
            mode="lines+markers",
            line={"color": "rgba(128,140,160,.28)", "width": 1},
            marker={"size": 4, "color": "rgba(128,140,160,.45)"},
            customdata=[text for n in others for text in [words(n)] * (len(at) + 1)],
            hovertemplate="%{customdata}<extra></extra>",
        )
    ]
    traces += [
        go.Scatter(
            x=at,
            y=value[:, n],
            mode="lines+markers",
            line={"color": _COLOURS[place % len(_COLOURS)], "width": 2.5},
            marker={"size": 8},
            customdata=[words(n)] * len(at),
            hovertemplate="%{customdata}<extra></extra>",
        )
        for place, n in enumerate(named)
    ]
    figure = go.Figure(traces)
    low, high = min(1.0, float(value.min())), max(1.0, float(value.max()))
    ends = apart([float(np.log10(value[-1, n])) for n in named], float(np.log10(high / low)) / 22)
    for place, (n, y) in enumerate(zip(named, ends, strict=True)):
        figure.add_annotation(
            x=at[-1],
            y=y,
            text=f'<span style="color:{_COLOURS[place % len(_COLOURS)]}">●</span> {escape(names[n])}',
            showarrow=False,
            xanchor="left",
            xshift=10,
            font={"size": 12},
        )
    figure.update_layout(
        height=520,
        margin={"l": 4, "r": 4, "t": 8, "b": 4},
        showlegend=False,
        yaxis=log_axis(low, high, title) | {"fixedrange": True},
        xaxis={
            "tickvals": at,
            "ticktext": list(steps),
            "range": [-0.15, at[-1] * 1.45],
            "showgrid": True,
            "gridcolor": "rgba(128,140,160,.3)",
            "zeroline": False,
            "fixedrange": True,
        },
        plot_bgcolor="rgba(0,0,0,0)",
        paper_bgcolor="rgba(0,0,0,0)",
        dragmode=False,
        hovermode="closest",
    )
    return figure
