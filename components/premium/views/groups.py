"""How premiums are spread within scripts, families and regions."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components.cached import premium as cached_premium
from components.charts.chart import LINE, Chart, finish, names_axis
from components.premium.choosers import one_tokenizer
from components.premium.context import PremiumContext
from components.premium.figure import ONE, show
from components.premium.linked import LINKED
from components.premium.scale import log_axis, title_across
from components.widgets.view import View
from core.common.numbers import between, times
from core.metrics.base import Value
from core.premium.ordering import GROUPS, group_rank
from core.text.languages import SOURCES, language


def draw(context: PremiumContext) -> None:
    """A row of dots per group, the dearest group first; resource classes in their order."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        row = one_tokenizer(context)
        by = LINKED.choice("Group by", tuple(GROUPS), "group")
    value = context.found.value[row]
    found: dict[str, list[int]] = {}
    for column in context.columns:
        if not np.isnan(value[column]):
            found.setdefault(GROUPS[by](language(context.table.languages[column])), []).append(column)
    if not found:
        st.info(f"No language found has a premium with {context.label(row)}.", icon=":material/block:")
        return
    members = {
        name: found[name]
        for name in sorted(found, key=lambda name: group_rank(by, name, -float(np.median(value[found[name]]))))
    }
    codes = tuple(tuple(context.table.languages[c] for c in columns) for columns in members.values())
    medians = cached_premium.median_values(context.stamp, context.table, row, codes, context.base, context.per)
    names = sorted(members, key=lambda name: -float(np.median(value[members[name]])))
    dear, cheap = (f"{name}, median {times(float(np.median(value[members[name]])))}" for name in (names[0], names[-1]))
    chart = Chart(
        "groups",
        strip_figure(
            {name: value[columns] for name, columns in members.items()},
            {name: context.sentences([row], columns) for name, columns in members.items()},
            medians,
            context.colour(row),
            f"{context.label(row)}: {context.axis}",
        ),
        f"Premiums with {context.label(row)} by {by.lower()}; dearest {dear}; cheapest {cheap}.",
        lambda: spreads({name: value[columns] for name, columns in members.items()}, medians, by),
        {"Languages": st.column_config.NumberColumn(help="With a premium.")},
        {0: [(row, column) for columns in members.values() for column in columns]},
    )
    show(chart, context, "Token premiums by group")
    order = "classes from 0 (left behind) to 5 (winners)" if by == "Resources" else "groups from dear to cheap"
    st.caption(
        f"A dot is a language, the tall mark the median of its {by.lower()}, with its 95 % interval; {order}. {SOURCES}"
    )


def spreads(values: Mapping[str, np.ndarray], medians: Sequence[Value], by: str) -> pd.DataFrame:
    """How many languages each group has, how their premiums are spread, and how sure the median is.

    >>> spreads({"Thai": np.array([2.0, 4.0])}, [Value(3.0, "", 2.9, 3.1)], "Script")["Median high"].tolist()
    [3.1]
    """
    return pd.DataFrame(
        [
            {
                by: name,
                "Languages": len(group),
                "Cheapest": round(float(group.min()), 2),
                "Median": round(median.number, 3),
                "Median low": round(median.low, 3),
                "Median high": round(median.high, 3),
                "Dearest": round(float(group.max()), 2),
            }
            for (name, group), median in zip(values.items(), medians, strict=True)
        ]
    )


def strip_figure(
    values: Mapping[str, np.ndarray],
    hover: Mapping[str, Sequence[str]],
    medians: Sequence[Value],
    colour: str,
    title: str,
) -> go.Figure:
    """Dots per group with a mark at the median and its interval; groups from top to bottom as they come.

    >>> medians = [Value(6.0, "", 5.0, 7.0), Value(1.0)]
    >>> values, hover = {"b": np.array([4.0, 8.0]), "a": np.array([1.0])}, {"a": ["x"], "b": ["y", "z"]}
    >>> figure = strip_figure(values, hover, medians, "", "")
    >>> list(figure.layout.yaxis.ticktext), float(figure.data[1].x[0]), figure.data[1].error_x.array.tolist()
    (['b · 2', 'a · 1'], 6.0, [1.0, 0.0])
    """
    middle, low, high = (np.array(side) for side in zip(*((m.number, m.low, m.high) for m in medians), strict=True))
    every = np.concatenate(list(values.values()))
    figure = go.Figure(
        [
            go.Scatter(
                x=every,
                y=[row + spread(n) for row, group in enumerate(values.values()) for n in range(len(group))],
                mode="markers",
                marker={"color": colour or None, "size": 7, "opacity": 0.55},
                unselected={"marker": {"opacity": 0.55}},
                customdata=[text for name in values for text in hover[name]],
                hovertemplate="%{customdata}<extra></extra>",
            ),
            go.Scatter(
                x=middle,
                y=list(range(len(medians))),
                mode="markers",
                marker={"symbol": "line-ns", "size": 18, "line": {"width": 3, "color": LINE}},
                error_x={
                    "type": "data",
                    "symmetric": False,
                    "array": np.nan_to_num(high - middle),
                    "arrayminus": np.nan_to_num(middle - low),
                    "color": LINE,
                    "thickness": 2,
                    "width": 4,
                },
                customdata=[
                    f"{name}: median {times(m.number)}{between(m.low, m.high)} of {len(group)}"
                    for (name, group), m in zip(values.items(), medians, strict=True)
                ],
                hovertemplate="%{customdata}<extra></extra>",
            ),
        ]
    )
    if every.min() < 1.1:
        figure.add_vline(x=1, line=ONE)
    return finish(
        figure,
        26 * len(values) + 90 + 18 * title_across(title).count("<br>"),
        xaxis=log_axis(float(every.min()), float(every.max()), title_across(title)),
        yaxis=names_axis([f"{name} · {len(group)}" for name, group in values.items()]),
    )


def spread(n: int) -> float:
    """A height for the nth dot of a row, so that equal ones do not hide each other; the first is in the middle.

    >>> [spread(n) for n in range(3)]
    [0.0, 0.13, -0.13]
    """
    step = (n + 1) // 2 % 3 * 0.13
    return step if n % 2 else -step or 0.0


VIEW = View(label="Groups", place=30, draw=draw)
