"""The heatmap for a page of paper: every language named, the long list folded into panels side by side."""

from collections.abc import Iterator
from dataclasses import dataclass
from math import ceil
from typing import Any

import numpy as np
import plotly.graph_objects as go

from components.charts.chart import finish
from components.charts.paper import PrintWidth
from components.premium.context import PremiumContext
from components.premium.heatmap import at_the_top, colours, values_of, written

_ROW, _CELL = 14, 9  # pixels of a row, and across of a cell, that are there if they can be
_PANEL = 30  # rows that make a panel
_LETTERS, _TO_ROW = 10, 0.75  # pixels of a name's letters, 6.5 pt, and the share of a row that they take at most
_NAME = 12.8  # times the height of its letters is the length of a name
_SOURCE = 70  # pixels below that the line of the source takes
_BESIDE = 90  # pixels that margins and the colour bar take
_WRITTEN = 26  # pixels that a number takes


def fits_across(context: PremiumContext, width: PrintWidth) -> bool:
    """Whether a picture with languages side by side has room there for the numbers that it has on the screen."""
    names = 7 * max(len(context.label(row)) for row in context.rows)
    room = (width.pixels - _BESIDE - names) / len(context.columns)
    return room >= _WRITTEN or not written(context, across=True)


def heatmap_in_print(context: PremiumContext, width: PrintWidth) -> go.Figure:
    """Languages one below the other in one to three panels, each with all names; tokenizers stand above each panel.

    It is no higher than a page: where rows or cells would be too small otherwise, so are the letters.
    """
    value = values_of(context).T  # (languages, tokenizers)
    n_languages, n_tokenizers = value.shape
    above = 7 * max(len(context.label(row)) for row in context.rows)
    found = [
        _Folding.of(n_languages, n_tokenizers, n, width, above) for n in (3, 2, 1) if n <= ceil(n_languages / _PANEL)
    ]
    best = max(found, key=lambda one: one.legible)
    panels, rows, cell = best.panels, best.rows, best.cell
    between = ceil(best.name / cell)  # columns left free for names
    folded = np.full((rows, panels * (between + n_tokenizers)), np.nan)
    drawn = np.zeros(folded.shape, np.bool_)
    starts = [panel * (between + n_tokenizers) + between for panel in range(panels)]
    for panel, start in enumerate(starts):
        part = value[panel * rows : (panel + 1) * rows]
        folded[: len(part), start : start + n_tokenizers] = part
        drawn[: len(part), start : start + n_tokenizers] = True
    figure = go.Figure(colours(context, folded, 1, cell >= _WRITTEN, drawn))
    figure.data[0].update(colorbar=at_the_top(int(best.row * rows)))
    names = [
        name
        for panel, start in enumerate(starts)
        for name in _names(context, context.columns[panel * rows : (panel + 1) * rows], start, best)
    ]
    hidden = {"visible": False}
    return finish(
        figure,
        int(best.row * rows) + above,
        margin={"l": 4, "r": 4, "t": above + 8, "b": 4},
        annotations=names,  # at once: plotly reads all anew for each that is added
        xaxis=hidden | {"range": [-0.5, folded.shape[1] - 0.5]},
        yaxis=hidden | {"range": [rows - 0.5, -0.5]},
    )


@dataclass(frozen=True)
class _Folding:
    """How the cells are laid out.

    Args:
        panels: side by side.
        rows: of a panel.
        row, cell: pixels of a row's height and a cell's width.
        letters: pixels of the letters of names.
    """

    panels: int
    rows: int
    row: float
    cell: float
    letters: float

    @classmethod
    def of(cls, n_languages: int, n_tokenizers: int, panels: int, width: PrintWidth, above: int) -> "_Folding":
        rows = ceil(n_languages / panels)
        row = min(_ROW, (width.page - _SOURCE - above) / rows)
        letters = min(_LETTERS, _TO_ROW * row)
        across = (width.pixels - _BESIDE) / panels - _NAME * letters
        return cls(panels, rows, row, max(1.0, across / n_tokenizers), letters)

    @property
    def name(self) -> float:
        """Pixels that the longest name takes."""
        return _NAME * self.letters

    @property
    def legible(self) -> float:
        """1 where all has its size, else the share of it that is left of what is smallest."""
        return min(1.0, self.row / _ROW, self.cell / _CELL)


def _names(context: PremiumContext, columns: tuple[int, ...], start: int, layout: _Folding) -> Iterator[dict[str, Any]]:
    """Names of languages to the left of a panel, those of tokenizers above it."""
    for y, column in enumerate(columns):
        beside = {"xanchor": "right", "yanchor": "middle", "xshift": -3}
        yield _bare(layout.letters) | {"x": start - 0.5, "y": y, "text": context.language(column), **beside}
    for n, row in enumerate(context.rows):
        above = {"textangle": -90, "yanchor": "bottom", "yshift": 3}
        yield _bare(min(_LETTERS, layout.cell)) | {"x": start + n, "y": -0.5, "text": context.label(row), **above}


def _bare(letters: float) -> dict[str, Any]:
    return {"font": {"size": letters}, "showarrow": False}
