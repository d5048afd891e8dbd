"""The first picture: every language and every chosen tokenizer at once, as colours."""

from collections.abc import Sequence
from math import isnan

import numpy as np
import plotly.graph_objects as go

from components.charts.cell_numbers import cell_numbers, inks
from components.charts.chart import finish, level, upright
from components.premium.cells import cheaper, hatched, targets
from components.premium.context import PremiumContext
from components.premium.scale import colour_scale, reach, ticks
from core.common.numbers import times
from core.premium.ordering import LanguageGroup, grouped

_SHORTEST = 110  # pixels of a scale of colours
_NAMED = 34  # language names that fit side by side at 1280 px
_WRITTEN_ACROSS, _WRITTEN_DOWN = 26, 12  # cells side by side that have room for a number


def heatmap(context: PremiumContext, across: bool) -> go.Figure:
    """Languages side by side if `across`, else one below the other; grey and hatched where there is no number."""
    value = values_of(context)
    names = [context.language(column) for column in context.columns]
    groups = grouped([context.table.languages[column] for column in context.columns], context.sort)
    gap = 1 if len(names) <= 60 or not across else 0
    words = context.sentences(context.rows, context.columns)
    cells = colours(context, value if across else value.T, gap, written(context, across))
    figure = go.Figure([*cells, targets(value.shape, words, turned=not across)])
    x, y = _language_axis(names, groups, across), _tokenizer_axis(context)
    if not across:
        x, y = y | {"side": "top", "tickangle": -90 if len(context.rows) > 6 else 0}, x
    x |= {"range": [-0.5, (len(names) if across else len(context.rows)) - 0.5]}
    y |= {"range": [(len(context.rows) if across else len(names)) - 0.5, -0.5]}
    height = 26 * len(context.rows) + 130 if across else 16 * len(names) + 150
    line = {"color": "rgb(17,21,28)" if context.dark else "white", "width": 1}
    between = [(upright if across else level)(group.start - 0.5, line) for group in groups[1:]]
    finish(figure, max(230, height), xaxis=x, yaxis=y, hoverdistance=-1, shapes=between)
    if not across:
        figure.data[0].update(colorbar=at_the_top(16 * len(names)))
    return figure


def at_the_top(height: int) -> dict[str, object]:
    """The scale of colours beside a tall picture whose cells are so many pixels high together."""
    return {"lenmode": "pixels", "len": max(_SHORTEST, min(220, height)), "y": 1, "yanchor": "top"}


def values_of(context: PremiumContext) -> np.ndarray:
    """Premiums shown, (tokenizers, languages); NaN where there is none."""
    return context.found.value[np.ix_(context.rows, context.columns)]


def colours(
    context: PremiumContext, value: np.ndarray, gap: int, written: bool, drawn: np.ndarray | None = None
) -> list[go.Heatmap | go.Scatter]:
    """Cells as they are laid out: their colours and numbers, hatching, and marks on those that cost less.

    Args:
        value: premiums, float (rows, columns).
        gap: pixels between columns.
        written: whether numbers stand in the cells.
        drawn: which of them are cells, bool (rows, columns); None for all.
    """
    low, high = reach_of(context)
    marks, texts = ticks(low, high)
    if np.nanmax(value, initial=0.0) > 2**high:
        texts[-1] += "+"
    with np.errstate(divide="ignore"):
        z = np.log2(value)
    cells = go.Heatmap(
        z=z,
        zmin=low,
        zmax=high,
        colorscale=colour_scale(low, high, context.dark),
        xgap=gap,
        ygap=1,
        colorbar={
            "tickvals": marks, "ticktext": texts, "thickness": 10, "len": 1.0, "outlinewidth": 0, "title": "×"
        },
        hoverinfo="skip",
    )  # fmt: skip
    masked = np.isnan(value) & (True if drawn is None else drawn)
    marked = cell_numbers(cells, _texts(value)) if written else cheaper(value, inks(cells))
    return [cells, *(hatched(masked, gap, context.dark) if masked.any() else ()), *marked]


def _texts(value: np.ndarray) -> list[list[str]]:
    return [["" if isnan(v) else times(v) for v in row] for row in value.tolist()]


def reach_of(context: PremiumContext) -> tuple[int, int]:
    """Doublings from which to which the colours of these cells run."""
    return reach(float(np.nanmin(values_of(context), initial=1.0)))


def worst_and_best(context: PremiumContext) -> str:
    """The dearest and the cheapest cell in a sentence each, for those who do not see them."""
    value = values_of(context)
    if np.isnan(value).all():
        return "All are masked."
    ends = [np.unravel_index(find(value), value.shape) for find in (np.nanargmax, np.nanargmin)]
    return " ".join(f"{context.sentence(context.rows[row], context.columns[column])}." for row, column in ends)


def written(context: PremiumContext, across: bool) -> bool:
    """Whether the cells hold their numbers."""
    return len(context.columns) <= _WRITTEN_ACROSS if across else len(context.rows) <= _WRITTEN_DOWN


def _tokenizer_axis(context: PremiumContext) -> dict[str, object]:
    names = [context.label(row) for row in context.rows]
    return {"tickvals": list(range(len(names))), "ticktext": names, **_PLAIN}


def _language_axis(names: Sequence[str], groups: Sequence[LanguageGroup], across: bool) -> dict[str, object]:
    """Names of languages, of every nth of them, or of their groups, whatever fits."""
    if across and groups and len(names) > _NAMED:
        at, texts = group_names(groups, len(names))
    else:
        shown = range(0, len(names), _step(len(names)) if across else 1)
        at, texts = list(map(float, shown)), [names[n] for n in shown]
    return {"tickvals": at, "ticktext": texts, "tickangle": -45 if across else 0, **_PLAIN}


def _step(n: int) -> int:
    """Every how manieth of n languages side by side is named."""
    return n // _NAMED + 1


def names_across(n: int) -> int:
    """How many names stand under n languages side by side.

    >>> names_across(30), names_across(55), names_across(204)
    (30, 28, 30)
    """
    return len(range(0, n, _step(n)))


def group_names(groups: Sequence[LanguageGroup], n_languages: int) -> tuple[list[float], list[str]]:
    """Where the name of each group stands, leaving out those too close to the name before.

    >>> scripts = (("Latin", 0, 100), ("Thai", 100, 101), ("Lao", 101, 102))
    >>> group_names([LanguageGroup(*each) for each in scripts], 200)
    ([49.5, 100.0], ['Latin', 'Thai'])
    """
    at: list[float] = []
    texts: list[str] = []
    for group in groups:
        middle = (group.start + group.end - 1) / 2
        if not at or middle - at[-1] >= n_languages / 36:
            at.append(middle)
            texts.append(group.name)
    return at, texts


_PLAIN: dict[str, object] = {"showgrid": False, "zeroline": False, "automargin": True, "fixedrange": True, "ticks": ""}
