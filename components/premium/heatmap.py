"""The first picture: every language and every chosen tokenizer at once, as colours."""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go

from components.charts.chart import finish
from components.premium.cells import hatched, targets
from components.premium.context import PremiumContext
from components.premium.scale import colour_scale, reach, ticks
from core.premium.ordering import LanguageGroup, grouped

_NAMED = 34  # language names that fit side by side at 1280 px


def heatmap(context: PremiumContext, wide: bool) -> go.Figure:
    """Languages side by side if `wide`, else one below the other; grey and hatched where there is no number."""
    cells = np.ix_(context.rows, context.columns)
    value = context.found.value[cells]
    masked = np.isnan(value)
    known = value[~masked]
    low, high = reach_of(context)
    marks, texts = ticks(low, high)
    if len(known) and known.max() > 2**high:
        texts[-1] += "+"
    names = [context.language(column) for column in context.columns]
    groups = grouped([context.table.languages[column] for column in context.columns], context.sort)
    with np.errstate(divide="ignore"):
        z = np.log2(value)
    gap = 1 if len(names) <= 60 or not wide else 0
    bar = {"tickvals": marks, "ticktext": texts, "thickness": 10, "len": 1.0, "outlinewidth": 0}
    figure = go.Figure(
        [
            go.Heatmap(
                z=z if wide else z.T,
                zmin=low,
                zmax=high,
                colorscale=colour_scale(low, high, context.dark),
                xgap=gap,
                ygap=1,
                colorbar=bar | {"title": "×"} if wide else bar,
                showscale=wide,
                hoverinfo="skip",
            )
        ]
    )
    if masked.any():
        figure.add_traces(hatched(masked if wide else masked.T, gap, context.dark))
    words = [context.sentence(row, column) for row in context.rows for column in context.columns]
    figure.add_trace(targets(value.shape, words, turned=not wide))
    across, down = (_language_axis(names, groups, wide), _tokenizer_axis(context))
    if not wide:
        across, down = down | {"side": "top", "tickangle": -90}, across
    across |= {"range": [-0.5, (len(names) if wide else len(context.rows)) - 0.5]}
    down |= {"range": [(len(context.rows) if wide else len(names)) - 0.5, -0.5]}
    height = 26 * len(context.rows) + 130 if wide else 16 * len(names) + 150
    finish(figure, max(230, height), xaxis=across, yaxis=down, hoverdistance=-1)
    line = {"color": "rgb(17,21,28)" if context.dark else "white", "width": 1}
    for group in groups[1:]:
        if wide:
            figure.add_vline(x=group.start - 0.5, line=line)
        else:
            figure.add_hline(y=group.start - 0.5, line=line)
    return figure


def reach_of(context: PremiumContext) -> tuple[int, int]:
    """Doublings from which to which the colours of these cells run."""
    value = context.found.value[np.ix_(context.rows, context.columns)]
    return reach(float(np.nanmin(value, initial=1.0)))


def worst_and_best(context: PremiumContext) -> str:
    """The dearest and the cheapest cell in a sentence each, for those who do not see them."""
    value = context.found.value[np.ix_(context.rows, context.columns)]
    if np.isnan(value).all():
        return "All are masked."
    ends = [np.unravel_index(find(value), value.shape) for find in (np.nanargmax, np.nanargmin)]
    return " ".join(f"{context.sentence(context.rows[row], context.columns[column])}." for row, column in ends)


def _tokenizer_axis(context: PremiumContext) -> dict[str, object]:
    names = [context.label(row) for row in context.rows]
    return {"tickvals": list(range(len(names))), "ticktext": names, **_PLAIN}


def _language_axis(names: Sequence[str], groups: Sequence[LanguageGroup], wide: bool) -> dict[str, object]:
    """Names of languages, of every nth of them, or of their groups, whatever fits."""
    if wide and groups:
        at, texts = group_names(groups, len(names))
    else:
        step = len(names) // _NAMED + 1 if wide else 1
        at = list(range(0, len(names), step))
        texts = [names[n] for n in at]
    return {"tickvals": at, "ticktext": texts, "tickangle": -45 if wide else 0, **_PLAIN}


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
