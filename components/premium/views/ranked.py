"""Languages in order of their premium under one tokenizer, each with its interval."""

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
import plotly.graph_objects as go
import streamlit as st

from components.cached import premium as cached_premium
from components.charts.chart import FAINT, LINE, Chart, finish, names_axis, upright
from components.premium.choosers import one_tokenizer
from components.premium.context import PremiumContext
from components.premium.figure import ONE, cell_columns, cell_table, show
from components.premium.linked import LINKED
from components.premium.scale import log_axis, title_across
from components.premium.side_by_side import beside, cells_beside, panel, several, side_by_side
from components.premium.verdicts import ALIKE, UNTESTED, how_tested, margin_input, shared_verdicts, words
from components.widgets.view import View
from core.common.numbers import between, times
from core.premium.differences import languages_under, too_few

_AT_ONCE = 30

UNREAD = " °"  # behind a language
_WHICH = ("Dearest", "Cheapest", "All")


def draw(context: PremiumContext) -> None:
    """The dearest first; a part of them unless the user wants all."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        row = one_tokenizer(context)
        many = several()
        which = LINKED.choice(
            "Which", _WHICH, "which", f"The {_AT_ONCE} dearest or cheapest of the languages found, or all of them."
        )
        margin = margin_input()
    found = context.found
    value = found.value[row]
    ranked = sorted((c for c in context.columns if not np.isnan(value[c])), key=lambda c: -float(value[c]))
    missing = without_number(context, row)
    shown = {"Dearest": ranked[:_AT_ONCE], "Cheapest": ranked[-_AT_ONCE:], "All": ranked}[which]
    if not shown:
        st.info(f"No language found has a premium with {context.label(row)}: {missing}.", icon=":material/block:")
        return
    if many:
        _side_by_side(context, row, shown)
        return
    untested = too_few(context.table)
    from_base, neighbours, tested = (
        (np.full(len(shown), UNTESTED), np.full(len(shown) - 1, UNTESTED), untested)
        if untested
        else _tested(context, row, shown, margin)
    )
    cells, unread = [(row, c) for c in shown], partial(context.unread, row)
    numbers = found.value[row, shown], found.low[row, shown], found.high[row, shown]
    chart = Chart(
        "ranked",
        ranked_figure(
            [f"{context.language(c)}{UNREAD if unread(c) else ''}" for c in shown],
            numbers,
            context.sentences([row], shown),
            from_base,
            neighbours,
            context.colour(row),
            f"{context.label(row)}: {context.axis}",
        ),
        f"Premiums of {len(shown)} languages in order. {context.sentence(row, ranked[0])}.",
        lambda: cell_table(context, cells).assign(
            **{
                f"Against {context.base_label}": [words(each, margin) for each in from_base],
                "Against the row above": ["", *(words(each, margin) for each in neighbours)],
            }
        ),
        cell_columns(context),
        {1: cells},
    )
    show(chart, context, "Token premiums")
    st.caption(
        f"{context.sentence(row, ranked[0])}. Dots are premiums{'' if untested else ', bars their 95 % intervals'}. "
        f"{tested} {len(shown)} of {len(ranked)} languages"
        + (f"; {missing}." if missing else ".")
        + (f" {UNREAD.strip()} marks one that the segmenter never read." if any(map(unread, shown)) else "")
    )


def _tested(
    context: PremiumContext, row: int, shown: Sequence[int], margin: float
) -> tuple[np.ndarray, np.ndarray, str]:
    """The verdicts on each language and the base, on each and the next, and what the picture says of them."""
    family = cached_premium.family(languages_under, context.stamp, context.table, row, context.per)
    said = shared_verdicts(family, margin, languages_under.__name__, context.stamp, row, context.per)
    from_base, neighbours = said[shown, context.table.language(context.base)], said[shown[:-1], shown[1:]]
    n_alike, n_small = int(np.isin(neighbours, ALIKE).sum()), int((neighbours == "small").sum())
    pairs = f"pairs of languages under {context.label(row)}"
    return (
        from_base,
        neighbours,
        f"A grey band joins neighbours that cannot be told apart, {n_alike} of {len(shown) - 1} pairs, a dotted line "
        f"those that differ by less than {100 * margin:.3g} %, {n_small}; a hollow dot cannot be told from "
        f"{context.base_label} ({how_tested(family, context.table.drawn, pairs)}, shown or not).",
    )


def without_number(context: PremiumContext, row: int) -> str:
    """How many of the languages found have no premium with a tokenizer, and why; empty if all have one."""
    missing = [column for column in context.columns if np.isnan(context.found.value[row, column])]
    base = context.table.language(context.base)
    waiting = sum(not (context.done[row, column] and context.done[row, base]) for column in missing)
    why = {"not counted yet": waiting, "masked, over 10 % unknown tokens": len(missing) - waiting}
    return ", ".join(f"{n} {words}" for words, n in why.items() if n)


def _side_by_side(context: PremiumContext, row: int, columns: Sequence[int]) -> None:
    """The same languages with several tokenizers."""
    rows = beside(context, row)
    words = [context.sentences([one], columns) for one in rows]
    names, labels = [context.language(c) for c in columns], [context.label(one) for one in rows]
    one_panel = [panel(context.axis, context.found, rows, columns, words)]
    cells = [(one, c) for c in columns for one in rows]
    chart = Chart(
        "ranked_beside",
        side_by_side(names, labels, [context.colour(one) for one in rows], one_panel),
        f"Premiums of {len(names)} languages with {len(rows)} tokenizers. {context.sentence(row, columns[0])}.",
        lambda: cell_table(context, cells),
        cell_columns(context),
        cells_beside(rows, columns, 1),
    )
    show(chart, context, "Token premiums")
    st.caption(
        f"Languages in their order with {context.label(row)}; each dot is a tokenizer, its bar the 95 % interval, the "
        "faint line runs from the cheapest to the dearest; one without a number has no dot. Whether two differ by more "
        "than chance is tested in Differences."
    )


def ranked_figure(
    names: Sequence[str],
    numbers: tuple[np.ndarray, np.ndarray, np.ndarray],
    hover: Sequence[str],
    from_base: np.ndarray,
    neighbours: np.ndarray,
    colour: str,
    title: str,
) -> go.Figure:
    """A dot per language with its interval and its number, the first on top.

    Args:
        numbers: value, low and high, (L,) each.
        from_base: the verdict on each language and the base, (L,); a dot that cannot be told from it is hollow.
        neighbours: that on each language and the next, (L - 1,); a band joins those that cannot be told apart, a dotted
            line those whose difference does not matter.

    >>> numbers = np.array([2.0]), np.array([1.9]), np.array([2.1])
    >>> figure = ranked_figure(["a"], numbers, ["a costs 2"], np.array(["differs"]), np.array([]), "#000", "x")
    >>> list(figure.data[-1].text)
    ['  2.00 [1.90, 2.10]  ']
    """
    value, low, high = numbers
    bottom, top = float(np.nanmin([value, low])), float(np.nanmax([value, high]))
    band = _joined(value, np.isin(neighbours, ALIKE), {"color": FAINT, "width": 9})
    hollow = np.isin(from_base, ALIKE)
    dots = go.Scatter(
        x=value,
        y=list(range(len(names))),
        mode="markers",
        cliponaxis=False,
        marker={
            "color": colour,
            "size": 8,
            "symbol": np.where(hollow, "circle-open", "circle").tolist(),
            "line": {"width": np.where(hollow, 2, 0).tolist(), "color": colour},
        },
        unselected={"marker": {"opacity": 1}},
        error_x={
            "type": "data",
            "symmetric": False,
            "array": np.nan_to_num(high - value),
            "arrayminus": np.nan_to_num(value - low),
            "color": colour,
            "thickness": 2,
            "width": 3,
        },
        customdata=list(hover),
        hovertemplate="%{customdata}<extra></extra>",
    )
    small = _joined(value, np.asarray(neighbours) == "small", {"color": LINE, "width": 1.5, "dash": "dot"})
    figure = go.Figure([band, dots, small, _numbers(numbers)])
    ones = [upright(1, ONE)] if bottom < 1.1 and top > 0.9 else []
    axes = {"xaxis": log_axis(bottom, top, title_across(title)), "yaxis": names_axis(names)}
    return finish(figure, 22 * len(names) + 90 + 18 * title_across(title).count("<br>"), **axes, shapes=ones)


def _numbers(numbers: tuple[np.ndarray, np.ndarray, np.ndarray]) -> go.Scatter:
    """Each number in words beyond the end of its interval, on the side of the axis's middle."""
    value, low, high = numbers
    left = value * value > np.nanmin(value) * np.nanmax(value)
    return go.Scatter(
        x=np.where(np.isfinite(low) & np.isfinite(high), np.where(left, low, high), value),
        y=list(range(len(value))),
        mode="text",
        text=[f"  {times(v)}{between(a, b)}  " for v, a, b in zip(value, low, high, strict=True)],
        textposition=np.where(left, "middle left", "middle right").tolist(),
        textfont={"size": 11},
        cliponaxis=False,
        hoverinfo="skip",
    )


def _joined(value: np.ndarray, pairs: np.ndarray, line: Mapping[str, object]) -> go.Scatter:
    """A line from each dot to the next where a pair is marked, (L - 1,)."""
    found = np.flatnonzero(pairs)
    return go.Scatter(
        x=[x for n in found for x in (value[n], value[n + 1], None)],
        y=[y for n in found for y in (n, n + 1, None)],
        mode="lines",
        line=line,
        hoverinfo="skip",
    )


VIEW = View(label="Ranked", place=10, draw=draw)
