"""The heatmap for a page of paper: every language named, the long list folded into panels side by side."""

from collections.abc import Iterator
from math import ceil
from typing import Any

import numpy as np
import plotly.graph_objects as go

from components.charts.chart import finish
from components.charts.paper import PrintWidth
from components.premium.context import PremiumContext
from components.premium.heatmap import at_the_top, colours, values_of, written

_ROW, _NAME, _CELL = 14, 128, 9  # pixels of a row, of a language's name, and the least of a cell
_LETTERS = 10  # pixels high: 6.5 pt
_BESIDE = 90  # pixels that margins and the colour bar take
_WRITTEN = 26  # pixels that a number takes


def fits_across(context: PremiumContext, width: PrintWidth) -> bool:
    """Whether a picture with languages side by side has room there for the numbers that it has on the screen."""
    names = 7 * max(len(context.label(row)) for row in context.rows)
    room = (width.pixels - _BESIDE - names) / len(context.columns)
    return room >= _WRITTEN or not written(context, across=True)


def heatmap_in_print(context: PremiumContext, width: PrintWidth) -> go.Figure:
    """Languages one below the other in one to three panels, each with all names; tokenizers stand above each panel."""
    value = values_of(context).T  # (languages, tokenizers)
    n_languages, n_tokenizers = value.shape
    room = width.pixels - _BESIDE
    panels = max(1, min(3, room // (_NAME + _CELL * n_tokenizers), ceil(n_languages / 30)))
    rows = ceil(n_languages / panels)
    cell = max(1.0, (room / panels - _NAME) / n_tokenizers)
    between = ceil(_NAME / cell)  # columns left free for names
    folded = np.full((rows, panels * (between + n_tokenizers)), np.nan)
    drawn = np.zeros(folded.shape, np.bool_)
    starts = [panel * (between + n_tokenizers) + between for panel in range(panels)]
    for panel, start in enumerate(starts):
        part = value[panel * rows : (panel + 1) * rows]
        folded[: len(part), start : start + n_tokenizers] = part
        drawn[: len(part), start : start + n_tokenizers] = True
    figure = go.Figure(colours(context, folded, 1, cell >= _WRITTEN, drawn))
    figure.data[0].update(colorbar=at_the_top(_ROW * rows))
    names = [
        name
        for panel, start in enumerate(starts)
        for name in _names(context, context.columns[panel * rows : (panel + 1) * rows], start)
    ]
    above = 7 * max(len(context.label(row)) for row in context.rows)
    hidden = {"visible": False}
    return finish(
        figure,
        _ROW * rows + above,
        margin={"l": 4, "r": 4, "t": above + 8, "b": 4},
        annotations=names,  # at once: plotly reads all anew for each that is added
        xaxis=hidden | {"range": [-0.5, folded.shape[1] - 0.5]},
        yaxis=hidden | {"range": [rows - 0.5, -0.5]},
    )


def _names(context: PremiumContext, columns: tuple[int, ...], start: int) -> Iterator[dict[str, Any]]:
    """Names of languages to the left of a panel, those of tokenizers above it."""
    bare = {"font": {"size": _LETTERS}, "showarrow": False}
    for y, column in enumerate(columns):
        name = context.language(column)
        yield {"x": start - 0.7, "y": y, "text": name, "xanchor": "right", "yanchor": "middle", **bare}
    for n, row in enumerate(context.rows):
        above = {"textangle": -90, "yanchor": "bottom", "yshift": 3}
        yield {"x": start + n, "y": -0.5, "text": context.label(row), **above, **bare}
