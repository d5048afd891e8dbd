"""Which tokenizers, or which languages, differ by more than chance: every pair of them in one picture."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components.cached import premium as cached_premium
from components.charts.cell_numbers import cell_numbers, inks
from components.charts.chart import Chart, finish, names_axis
from components.charts.paper import TWO
from components.premium.cells import HATCHED, hatched, rings, targets
from components.premium.choosers import one_language, one_tokenizer
from components.premium.context import PremiumContext
from components.premium.figure import Cell, show
from components.premium.linked import LINKED
from components.premium.scale import colour_scale
from components.premium.verdicts import ALIKE, how_tested, margin_input, verdicts, words
from components.widgets.view import View
from core.common.numbers import between, times
from core.premium.differences import languages_under, tokenizers_on
from core.stats.ratio_family import RatioFamily

_MOST = 30  # languages at once
_REACH = 2  # doublings either way
_WRITTEN = 14  # names at which numbers still fit into cells
_ROW, _ROW_IN_PRINT = 22, (15, 22)  # pixels of a row without numbers; in print on one column, and on two
_ASIDE = 0.36  # of a cell, from its middle to where a ring stands beside a number

_WHAT = ("Tokenizers", "Languages")
_ABOUT = f"The tokenizers chosen, in one language; or the first {_MOST} languages found, under one tokenizer."


def draw(context: PremiumContext) -> None:
    """Pairs of the chosen tokenizers in one language, or of the languages found under one tokenizer."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        what = LINKED.choice("Compare", _WHAT, "compare", _ABOUT)
        if what == "Tokenizers":
            column = one_language(context)
            cells = [(row, column) for row in context.rows]
        else:
            row = one_tokenizer(context)
            cells = [(row, column) for column in context.columns[:_MOST]]
        margin = margin_input()
    cells = sorted(
        (cell for cell in cells if cell not in context.found.reasons),
        key=lambda cell: -float(context.found.value[cell]),
    )
    if len(cells) < 2:
        st.info("It takes two that have a premium to compare.", icon=":material/compare_arrows:")
        return
    names = [context.label(row) if what == "Tokenizers" else context.language(column) for row, column in cells]
    where = context.language(cells[0][1]) if what == "Tokenizers" else context.label(cells[0][0])
    family, places = _family(context, what == "Tokenizers", cells)
    found = _shown(family, places, margin)
    above = np.triu_indices(len(names), 1)
    n_pairs, n_alike = len(above[0]), int(np.isin(found.verdict[above], ALIKE).sum())
    n_small = int((found.verdict[above] == "small").sum())
    percent = f"{100 * margin:.3g} %"
    figure = pairs_figure(names, found, context.dark)
    chart = Chart(
        "differences",
        figure,
        f"Pairs of {len(names)} {what.lower()} compared on {where}: {n_alike} of {n_pairs} cannot be told apart, "
        f"{n_small} differ by less than {percent}.",
        lambda: pair_table(names, found),
        {"Ratio": st.column_config.NumberColumn(format="%.3f", help="Premium of the first over that of the second.")},
        {len(figure.data) - 1: [cell for cell in cells for _ in cells]},
        printed=lambda light, width: pairs_figure(names, found, light.dark, _ROW_IN_PRINT[width is TWO]),
    )
    show(chart, context, "Token premiums")
    st.caption(
        f"{where}: the premium of the row over that of the column; blue-green is cheaper, amber to brown-red dearer, "
        f"a ring marks pairs that cannot be told apart: {n_alike} of {n_pairs}; {n_small} marked ≈ differ, but by "
        f"less than {percent} ({how_tested(family, context.table.drawn, _all_of(context, what, where))}, shown or not)."
        + (f" {HATCHED}." if np.isnan(found.ratio[above]).any() else "")
    )


@dataclass(frozen=True, eq=False)
class ShownPairs:
    """What is drawn of a family, for M of its members.

    Args:
        ratio, low, high: premium of the row over that of the column, with its 95 % interval, (M, M).
        adjusted: corrected probability of so large a difference by chance, (M, M).
        verdict: on each pair, (M, M).
        margin: from which share on a difference matters.
    """

    ratio: np.ndarray
    low: np.ndarray
    high: np.ndarray
    adjusted: np.ndarray
    verdict: np.ndarray
    margin: float


def _family(context: PremiumContext, of_tokenizers: bool, cells: Sequence[Cell]) -> tuple[RatioFamily, list[int]]:
    """The family that the pairs of these cells belong to, and the places of the cells in it."""
    stamp, table = context.stamp, context.table
    if not of_tokenizers:
        return cached_premium.family(languages_under, stamp, table, cells[0][0], context.per), [c for _, c in cells]
    code = table.languages[cells[0][1]]
    return cached_premium.family(tokenizers_on, stamp, table, code, context.base, context.brought), [
        k for k, _ in cells
    ]


def _shown(family: RatioFamily, places: Sequence[int], margin: float) -> ShownPairs:
    cells = np.ix_(places, places)
    of_family = (family.ratio, family.low, family.high, family.adjusted, verdicts(family, margin))
    ratio, low, high, adjusted, verdict = (values[cells] for values in of_family)
    return ShownPairs(ratio, low, high, adjusted, verdict, margin)


def _all_of(context: PremiumContext, what: str, where: str) -> str:
    """The comparisons of which a family is all."""
    if what == "Languages":
        return f"pairs of languages under {where}"
    if context.corpus:
        return f"pairs of the tokenizers chosen on {where}, since no others are counted on this text"
    own = ", and yours with all of them" if context.brought else ""
    return f"pairs of the tokenizers that ship on {where}{own}"


def pair_table(names: Sequence[str], found: ShownPairs) -> pd.DataFrame:
    """A row per pair: both, the ratio of their premiums with its interval, and whether they differ."""
    above = np.triu_indices(len(names), 1)
    return pd.DataFrame(
        {
            "First": [names[i] for i in above[0]],
            "Second": [names[j] for j in above[1]],
            "Ratio": found.ratio[above].round(4),
            "Low": found.low[above].round(4),
            "High": found.high[above].round(4),
            "Probability, corrected": np.maximum(found.adjusted[above], np.finfo(float).tiny),  # none is nought
            "Verdict": [words(each, found.margin) for each in found.verdict[above]],
        }
    )


def pairs_figure(names: Sequence[str], found: ShownPairs, dark: bool, row: int = _ROW) -> go.Figure:
    """A cell per ordered pair, its ratio as colour and, where it fits, as number; a ring if not told apart.

    Hatched where there is none.

    Args:
        row: pixels of a row without numbers.

    >>> ratio = np.array([[np.nan, 2.0], [0.5, np.nan]])
    >>> said = np.array([["open", "differs"], ["differs", "open"]])
    >>> found = ShownPairs(ratio, ratio, ratio, ratio, said, 0.01)
    >>> pairs_figure(["a", "b"], found, False).data[0].z.tolist()
    [[nan, 1.0], [-1.0, nan]]
    """
    n = len(names)
    z = np.log2(found.ratio)
    alike = np.isin(found.verdict, ALIKE) & ~np.eye(n, dtype=bool)
    absent = np.isnan(found.ratio) & ~np.eye(n, dtype=bool)
    written = n <= _WRITTEN
    cells = go.Heatmap(
        z=z,
        zmin=-_REACH,
        zmax=_REACH,
        colorscale=colour_scale(-_REACH, _REACH, dark),
        showscale=not written,
        colorbar={"tickvals": [-2, -1, 0, 1, 2], "ticktext": ["¼×", "½×", "1×", "2×", "4×"], "thickness": 10},
        xgap=1,
        ygap=1,
        hoverinfo="skip",
    )
    texts = [[_number(found, i, j) for j in range(n)] for i in range(n)]
    figure = go.Figure(
        [
            cells,
            *(hatched(absent, 1, dark) if absent.any() else ()),
            *(cell_numbers(cells, texts) if written else ()),
            *rings(alike & ~np.isnan(found.ratio), inks(cells), _ASIDE if written else 0.0),
            targets((n, n), [_sentence(names, found, i, j) for i in range(n) for j in range(n)]),
        ]
    )
    return finish(
        figure,
        max(260, (34 if written else row) * n + 120),
        hoverdistance=-1,
        xaxis={"tickvals": list(range(n)), "ticktext": list(names), "tickangle": -45, "showgrid": False},
        yaxis=names_axis(names) | {"range": [n - 0.5, -0.5]},
    )


def _number(found: ShownPairs, i: int, j: int) -> str:
    """The ratio as it stands in a cell, marked if it does not matter."""
    ratio = float(found.ratio[i, j])
    return "" if np.isnan(ratio) else ("≈" if found.verdict[i, j] == "small" else "") + times(ratio)


def _sentence(names: Sequence[str], found: ShownPairs, i: int, j: int) -> str:
    """A cell in words."""
    if i == j or np.isnan(found.ratio[i, j]):
        return names[i] if i == j else f"{names[i]} and {names[j]} cannot be compared: too few sentences have both"
    ratio, low, high = (float(values[i, j]) for values in (found.ratio, found.low, found.high))
    said = found.verdict[i, j]
    verdict = "" if said == "differs" else f", {words(said, found.margin)}"
    return f"{names[i]} costs {times(ratio)} times {names[j]}{between(low, high)}{verdict}"


VIEW = View(label="Differences", place=80, draw=draw)
