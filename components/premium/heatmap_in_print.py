"""The heatmap for a page of paper: every language named, the long list folded into panels side by side."""

from math import ceil

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
    for panel, start in enumerate(starts):
        _name_panel(figure, context, context.columns[panel * rows : (panel + 1) * rows], start)
    above = 7 * max(len(context.label(row)) for row in context.rows)
    hidden = {"visible": False}
    return finish(
        figure,
        _ROW * rows + above,
        margin={"l": 4, "r": 4, "t": above + 8, "b": 4},
        xaxis=hidden | {"range": [-0.5, folded.shape[1] - 0.5]},
        yaxis=hidden | {"range": [rows - 0.5, -0.5]},
    )


def _name_panel(figure: go.Figure, context: PremiumContext, columns: tuple[int, ...], start: int) -> None:
    """Names of languages to the left of a panel, those of tokenizers above it."""
    font, bare = {"size": _LETTERS}, {"showarrow": False}
    for y, column in enumerate(columns):
        name = context.language(column)
        figure.add_annotation(x=start - 0.7, y=y, text=name, xanchor="right", yanchor="middle", font=font, **bare)
    for n, row in enumerate(context.rows):
        figure.add_annotation(
            x=start + n, y=-0.5, text=context.label(row), textangle=-90, yanchor="bottom", yshift=3, font=font, **bare
        )
