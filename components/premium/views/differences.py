"""Which tokenizers, or which languages, differ by more than chance: every pair of them in one picture."""

from collections.abc import Sequence
from itertools import combinations
from math import log2

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components.cached import premium as cached_premium
from components.charts.chart import Chart, finish, names_axis
from components.premium.cells import hatched, targets
from components.premium.choosers import one_language, one_tokenizer
from components.premium.context import PremiumContext
from components.premium.figure import Cell, show
from components.premium.linked import linked_option
from components.premium.scale import between, colour_scale, times
from components.widgets.view import View
from core.premium.differences import Differences
from core.stats.ratio_t_test import CORRECTION

_MOST = 30  # languages at once
_REACH = 2  # doublings either way
_WRITTEN = 14  # names at which numbers still fit into cells

_WHAT = ("Tokenizers", "Languages")


def draw(context: PremiumContext) -> None:
    """Pairs of the chosen tokenizers in one language, or of the languages found under one tokenizer."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        linked_option("compare", _WHAT)
        what = st.segmented_control(
            "Compare",
            _WHAT,
            required=True,
            key="compare",
            persist_state="session",
            help=f"The tokenizers chosen, in one language; or the first {_MOST} languages found, under one tokenizer.",
        )
        if what == "Tokenizers":
            column = one_language(context)
            cells = [(row, column) for row in context.rows]
        else:
            row = one_tokenizer(context)
            cells = [(row, column) for column in context.columns[:_MOST]]
    cells = sorted(
        (cell for cell in cells if cell not in context.found.reasons),
        key=lambda cell: -float(context.found.value[cell]),
    )
    if len(cells) < 2:
        st.info("It takes two that are not masked to compare.", icon=":material/compare_arrows:")
        return
    names = [context.label(row) if what == "Tokenizers" else context.language(column) for row, column in cells]
    found = _compared(context, cells, names)
    n_alike = int((~found.distinguishable).sum())
    where = context.language(cells[0][1]) if what == "Tokenizers" else context.label(cells[0][0])
    chart = Chart(
        "differences",
        pairs_figure(names, found, context.dark),
        f"Pairs of {len(names)} {what.lower()} compared on {where}: {n_alike} of {len(found.names)} cannot be told "
        "apart.",
        lambda: pair_table(names, found),
        {"Ratio": st.column_config.NumberColumn(help="Premium of the first over that of the second.")},
        {_TARGETS: [cell for cell in cells for _ in cells]},
        printed=lambda light: pairs_figure(names, found, light.dark),
    )
    show(chart, context, "Token premiums")
    st.caption(
        f"{where}: the premium of the row over that of the column; blue-green is cheaper, amber to brown-red dearer, "
        f"hatched cannot be told apart: {n_alike} of {len(found.names)} pairs (paired test over sentences, 5 % after "
        f"{CORRECTION}'s correction for all of them). With {context.table.tokens.shape[2]:,} sentences small "
        "differences are found too: look at how large they are."
    )


_TARGETS = 3  # which trace of the figure takes clicks


def _compared(context: PremiumContext, cells: Sequence[Cell], names: Sequence[str]) -> Differences:
    coded = [(row, context.table.languages[column]) for row, column in cells]
    one_language = len({code for _, code in coded}) == 1
    return cached_premium.differences(
        context.stamp,
        context.table,
        tuple(combinations(coded, 2)),
        context.base if one_language else None,  # under one tokenizer the base is the same on both sides
        tuple(f"{a} – {b}" for a, b in combinations(names, 2)),
        "line" if one_language else context.per,  # and so are bytes and characters in one language
    )


def pair_table(names: Sequence[str], found: Differences) -> pd.DataFrame:
    """A row per pair: both, the ratio of their premiums with its interval, and whether they differ."""
    return pd.DataFrame(
        {
            "First": [a for a, _ in combinations(names, 2)],
            "Second": [b for _, b in combinations(names, 2)],
            "Ratio": found.ratio.round(3),
            "Low": found.low.round(3),
            "High": found.high.round(3),
            "Probability, corrected": found.adjusted,
            "Told apart": found.distinguishable,
        }
    )


def pairs_figure(names: Sequence[str], found: Differences, dark: bool) -> go.Figure:
    """A cell per ordered pair, its ratio as colour and, where it fits, as number; hatched if not told apart.

    >>> one = np.array([2.0])
    >>> found = Differences(("a – b",), one, one, one, np.array([0.0]), np.array([0.0]), {})
    >>> pairs_figure(["a", "b"], found, False).data[0].z.tolist()
    [[nan, 1.0], [-1.0, nan]]
    """
    n = len(names)
    z, alike = np.full((n, n), np.nan), np.zeros((n, n), bool)
    words = [[f"{names[i]}"] * n for i in range(n)]
    for (i, j), ratio, low, high, differs in zip(
        combinations(range(n), 2), found.ratio, found.low, found.high, found.distinguishable, strict=True
    ):
        z[i, j], z[j, i] = log2(ratio), -log2(ratio)
        alike[i, j] = alike[j, i] = not differs
        verdict = "" if differs else ", not told apart"
        words[i][j] = f"{names[i]} costs {times(ratio)} times {names[j]}{between(low, high)}{verdict}"
        words[j][i] = f"{names[j]} costs {times(1 / ratio)} times {names[i]}{between(1 / high, 1 / low)}{verdict}"
    written = n <= _WRITTEN
    figure = go.Figure(
        [
            go.Heatmap(
                z=z,
                zmin=-_REACH,
                zmax=_REACH,
                colorscale=colour_scale(-_REACH, _REACH, dark),
                showscale=not written,
                colorbar={"tickvals": [-2, -1, 0, 1, 2], "ticktext": ["¼×", "½×", "1×", "2×", "4×"], "thickness": 10},
                xgap=1,
                ygap=1,
                text=[["" if np.isnan(v) else times(2.0**v) for v in row] for row in z] if written else None,
                texttemplate="%{text}" if written else None,
                hoverinfo="skip",
            ),
            *hatched(alike, 1, dark),
            targets((n, n), [text for row in words for text in row]),
        ]
    )
    return finish(
        figure,
        max(260, (34 if written else 22) * n + 120),
        hoverdistance=-1,
        xaxis={"tickvals": list(range(n)), "ticktext": list(names), "tickangle": -45, "showgrid": False},
        yaxis=names_axis(names) | {"range": [n - 0.5, -0.5]},
    )


VIEW = View(label="Differences", place=80, draw=draw)
