"""How unevenly each tokenizer treats the languages: Lorenz curves with their Gini coefficients."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st
from pandas.io.formats.style import Styler

from components.cached import premium as cached_premium
from components.charts.chart import GRID, LINE, Chart, finish
from components.premium.context import PremiumContext
from components.premium.figure import plot
from components.premium.take_away import take_away
from components.premium.views.measures import value_text
from components.widgets.view import View
from core.metrics.base import Value
from core.stats.inequality import gini, known, lorenz

_DASHES = (  # none dotted, as the diagonal is; the eight well-known tokenizers are told apart without their colours
    *("solid", "8px,6px", "9px,3px,3px,3px", "20px,5px", "20px,4px,3px,4px", "9px,3px,3px,3px,3px,3px"),
    *("4px,9px", "14px,3px,6px,3px"),
)


def draw(context: PremiumContext) -> None:
    """A curve per tokenizer, the most even first, and the numbers in a table beside it."""
    columns = list(context.columns)
    costs = [context.found.value[row][columns] for row in context.rows]
    usable = [n for n, one in enumerate(costs) if len(known(one)) > 1]
    if not usable:
        st.info("A Lorenz curve needs two languages or more with a premium.", icon=":material/show_chart:")
        return
    usable.sort(key=lambda n: float(gini(known(costs[n]))))
    costs = [costs[n] for n in usable]
    labels = [context.label(context.rows[n]) for n in usable]
    even, uneven = (f"{labels[n]}, Gini {gini(known(costs[n])):.2f}" for n in (0, -1))
    numbers = [_numbers(context, context.rows[n]) for n in usable]
    n_languages = [len(known(cost)) for cost in costs]
    chart = Chart(
        "lorenz",
        lorenz_figure(labels, costs, [context.colours[n] for n in usable]),
        f"Lorenz curves of {len(labels)} tokenizers; most even {even}; least even {uneven}.",
        lambda: evenness_table(labels, numbers, n_languages),
    )
    left, right = st.columns([5, 6], vertical_alignment="center")
    with left:
        plot(chart, context)
        take_away(
            chart.key, context, "Lorenz curves of token premiums", chart.alt, chart.numbers, lambda *_: chart.figure
        )
    right.dataframe(shown_evenness(labels, numbers, n_languages), hide_index=True, placeholder="–")
    st.caption(
        "Languages from cheap to dear, and the share of all tokens that they take on the same text; on the dotted "
        "line all would cost the same. Gini is 0 there, and near 1 if one took all. Worst 10 %: mean of the dearest "
        "tenth over the mean of all; max / min: the dearest over the cheapest. Brackets are 95 % intervals, from the "
        f"same resamples of {context.table.drawn} as those of premiums. Each language counts once, whoever speaks it; "
        "masked ones are left out, so compare only tokenizers with as many languages. Sources: Lorenz 1905; Gini 1912."
    )


def _numbers(context: PremiumContext, row: int) -> dict[str, Value]:
    """How evenly a tokenizer treats the languages found that have a premium."""
    codes = tuple(context.table.languages[c] for c in context.columns if (row, c) not in context.found.reasons)
    return cached_premium.evenness_values(context.stamp, context.table, row, codes, context.base, context.per)


def evenness_table(
    labels: Sequence[str], numbers: Sequence[Mapping[str, Value]], n_languages: Sequence[int]
) -> pd.DataFrame:
    """A row per tokenizer: each number with both ends of its interval, and how many languages it is of.

    >>> evenness_table(["a"], [{"Gini": Value(0.25, "", 0.2, 0.3)}], [2]).columns.tolist()
    ['Tokenizer', 'Gini', 'Gini low', 'Gini high', 'Languages']
    """
    frame = pd.DataFrame({"Tokenizer": labels})
    for name in numbers[0]:
        found = [one[name] for one in numbers]
        frame[name] = [one.number for one in found]
        frame[f"{name} low"], frame[f"{name} high"] = [one.low for one in found], [one.high for one in found]
    return frame.assign(Languages=n_languages)


def shown_evenness(labels: Sequence[str], numbers: Sequence[Mapping[str, Value]], n_languages: Sequence[int]) -> Styler:
    """The same as it stands beside the curves, where a number shows its interval and sorts as a number.

    >>> shown_evenness(["a"], [{"Gini": Value(0.25, "", 0.2, 0.3)}], [2]).data["Gini"].tolist()
    [0.25]
    """
    columns = {name: [one[name].number for one in numbers] for name in numbers[0]}
    styled = pd.DataFrame({"Tokenizer": labels} | columns | {"Languages": n_languages}).style
    for place, values in enumerate(numbers):
        for name, one in values.items():
            text = value_text(one)
            styled = styled.format(lambda _, text=text: text, subset=pd.IndexSlice[place, name])
    return styled


def lorenz_figure(labels: Sequence[str], costs: Sequence[np.ndarray], colours: Sequence[str]) -> go.Figure:
    """Lorenz curves with the diagonal, named in a legend with their Gini coefficients.

    >>> lorenz_figure(["a"], [np.array([1.0, 3.0])], ["#000"]).data[1].name
    'a 0.25'
    """
    even = go.Scatter(
        x=[0, 1], y=[0, 1], mode="lines", line={"color": LINE, "dash": "dot"}, hoverinfo="skip", showlegend=False
    )
    curves = []
    for n, (label, cost, colour) in enumerate(zip(labels, costs, colours, strict=True)):
        x, y = lorenz(cost)
        curves.append(
            go.Scatter(
                x=x,
                y=y,
                mode="lines",
                name=f"{label} {gini(known(cost)):.2f}",
                line={"color": colour, "width": 2, "dash": _DASHES[n % len(_DASHES)]},
                hovertemplate=f"{label}: the cheapest %{{x:.0%}} of languages take %{{y:.0%}} of the tokens"
                "<extra></extra>",
            )
        )
    axis = {"range": [0, 1.01], "dtick": 0.2, "tickformat": ".0%", "gridcolor": GRID}
    return finish(
        go.Figure([even, *curves]),
        500,
        showlegend=True,
        margin={"l": 4, "r": 24, "t": 80, "b": 4},
        xaxis=axis | {"title": "languages, cheapest first"},
        yaxis=axis | {"title": "share of all tokens"},
        legend={
            "orientation": "h",
            "y": 1,
            "yanchor": "bottom",
            "x": 0,
            "maxheight": 0.9,
            "title": "most even first, Gini",
        },
    )


VIEW = View(label="Lorenz", place=40, draw=draw)
