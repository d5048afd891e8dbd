"""How premiums are spread within scripts, families and regions."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from components.premium.at_hand import AtHand
from components.premium.choosers import one_tokenizer
from components.premium.ordering import GROUPS
from components.premium.overview import CONFIG
from components.premium.scale import log_axis, times
from core.languages import SOURCES, language


def draw(at_hand: AtHand) -> None:
    """A row of dots per group, the dearest group first."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        row = one_tokenizer(at_hand)
        by = st.segmented_control(
            "Group by", list(GROUPS), default="Script", required=True, key="group", bind="query-params"
        )
    value = at_hand.found.value[row]
    members: dict[str, list[int]] = {}
    for column in at_hand.columns:
        if not np.isnan(value[column]):
            members.setdefault(GROUPS[by](language(at_hand.table.languages[column])), []).append(column)
    if not members:
        st.info(f"No language found has a premium with {at_hand.label(row)}.", icon=":material/block:")
        return
    figure = strip_figure(
        {name: value[columns] for name, columns in members.items()},
        {name: [at_hand.sentence(row, column) for column in columns] for name, columns in members.items()},
        at_hand.colours[at_hand.rows.index(row)],
        f"{at_hand.label(row)}: {at_hand.axis}",
    )
    st.plotly_chart(figure, key="groups", config=CONFIG, alt=f"Premiums with {at_hand.label(row)} by {by.lower()}")
    st.caption(
        f"A dot is a language, the tall mark the median of its {by.lower()}; groups from dear to cheap. {SOURCES}"
    )


def strip_figure(
    values: Mapping[str, np.ndarray], hover: Mapping[str, Sequence[str]], colour: str, title: str
) -> go.Figure:
    """Dots per group with a mark at the median, the dearest group on top.

    >>> figure = strip_figure({"a": np.array([1.0]), "b": np.array([4.0, 8.0])}, {"a": ["x"], "b": ["y", "z"]}, "", "")
    >>> list(figure.layout.yaxis.ticktext), figure.data[1].x[0]
    (['b · 2', 'a · 1'], 6.0)
    """
    names = sorted(values, key=lambda name: -float(np.median(values[name])))
    dots = [(x, row + spread(n), text) for row, name in enumerate(names) for n, (x, text) in _each(values, hover, name)]
    medians = [float(np.median(values[name])) for name in names]
    figure = go.Figure(
        [
            go.Scatter(
                x=[x for x, _, _ in dots],
                y=[y for _, y, _ in dots],
                mode="markers",
                marker={"color": colour or None, "size": 7, "opacity": 0.55},
                customdata=[text for _, _, text in dots],
                hovertemplate="%{customdata}<extra></extra>",
            ),
            go.Scatter(
                x=medians,
                y=list(range(len(names))),
                mode="markers",
                marker={"symbol": "line-ns", "size": 18, "line": {"width": 3, "color": "rgb(128,140,160)"}},
                customdata=[
                    f"{name}: median {times(m)} of {len(values[name])}" for name, m in zip(names, medians, strict=True)
                ],
                hovertemplate="%{customdata}<extra></extra>",
            ),
        ]
    )
    figure.add_vline(x=1, line={"color": "rgba(128,140,160,.8)", "width": 1, "dash": "dot"})
    every = np.concatenate(list(values.values()))
    figure.update_layout(
        height=26 * len(names) + 90,
        margin={"l": 4, "r": 4, "t": 8, "b": 4},
        showlegend=False,
        xaxis=log_axis(min(1.0, float(every.min())), max(1.0, float(every.max())), title) | {"fixedrange": True},
        yaxis={
            "tickvals": list(range(len(names))),
            "ticktext": [f"{name} · {len(values[name])}" for name in names],
            "range": [len(names) - 0.4, -0.6],
            "automargin": True,
            "gridcolor": "rgba(128,140,160,.12)",
            "zeroline": False,
            "fixedrange": True,
        },
        plot_bgcolor="rgba(0,0,0,0)",
        paper_bgcolor="rgba(0,0,0,0)",
        dragmode=False,
    )
    return figure


def spread(n: int) -> float:
    """A height for the nth dot of a row, so that equal ones do not hide each other; the first is in the middle.

    >>> [spread(n) for n in range(3)]
    [0.0, 0.13, -0.13]
    """
    step = (n + 1) // 2 % 3 * 0.13
    return step if n % 2 else -step or 0.0


def _each(
    values: Mapping[str, np.ndarray], hover: Mapping[str, Sequence[str]], name: str
) -> list[tuple[int, tuple[float, str]]]:
    return list(enumerate(zip(values[name].tolist(), hover[name], strict=True)))
