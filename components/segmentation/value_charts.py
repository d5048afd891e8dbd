"""What a segmenter believes at each byte, as figures: pure functions."""

from dataclasses import dataclass

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray

from components.charts.chart import FAINT, GRID, LINE, finish
from components.widgets.chips import visible
from core.common.numbers import count
from core.segmenters.segmenter import Chunks
from core.text.utf8 import byte_offsets

_HEIGHT = 240
_FEW = 12  # bytes that all have a number on the axis
_WORDS = 24  # characters of the text that a hover shows around a byte


@dataclass(frozen=True, eq=False)
class ByteValues:
    """The values of a stretch of a text.

    Args:
        first: number of its first byte in the whole text.
        values: float32 (N,).
        is_start: whether a chunk starts there, bool (N,).
        characters: that each byte is of.
        around: the text around each.
        threshold: over which chunks start, where there is one.
        unit: of the values.
    """

    first: int
    values: NDArray[np.float32]
    is_start: NDArray[np.bool_]
    characters: list[str]
    around: list[str]
    threshold: float | None
    unit: str

    @classmethod
    def of(cls, shown: str, first: int, cut: Chunks, unit: str) -> "ByteValues":
        """Those of a stretch that begins at this byte."""
        assert cut.values is not None, "the segmenter has values"
        widths = np.diff(byte_offsets(shown))
        n = int(widths.sum())
        starts = cut.starts[(cut.starts >= first) & (cut.starts < first + n)] - first
        is_start = np.zeros(n, np.bool_)
        is_start[starts] = True
        of = np.repeat(np.arange(len(shown)), widths).tolist()
        half = _WORDS // 2
        marked = [
            f"{visible(shown[max(0, i - half) : i])}[{visible(shown[i])}]{visible(shown[i + 1 : i + half])}"
            for i in range(len(shown))
        ]
        characters, around = [visible(shown[i]) for i in of], [marked[i] for i in of]
        return cls(first, cut.values[first : first + n], is_start, characters, around, cut.threshold, unit)


def values_figure(values: ByteValues, colour: str) -> go.Figure:
    """The values as a line over the bytes, a dot where a chunk starts, and the threshold.

    A chunk that starts where there is no value, as the first one of a segmenter that says where chunks end, has a
    hollow dot at the lowest value.
    """
    x = np.arange(values.first, values.first + len(values.values))
    around = [text.replace("<", "&lt;") for text in values.around]
    hover = [
        f"byte {count(at)}: {_said(value)}{', a chunk starts' if starts else ''}<br>{text}"
        for at, value, starts, text in zip(
            x.tolist(), values.values.tolist(), values.is_start.tolist(), around, strict=True
        )
    ]
    line = go.Scatter(
        x=x,
        y=values.values,
        mode="lines",
        connectgaps=True,  # of a second stage only chunks of the first have a value
        line={"color": LINE, "width": 1},
        customdata=hover,
        hovertemplate="%{customdata}<extra></extra>",
    )
    at = np.flatnonzero(values.is_start)
    known = np.isfinite(values.values)
    dots = go.Scatter(
        x=x[at],
        y=np.where(known, values.values, values.values[known].min() if known.any() else 0)[at],
        mode="markers",
        marker={"color": colour, "size": 6, "symbol": np.where(known[at], "circle", "circle-open").tolist()},
        customdata=[hover[i] for i in at.tolist()],
        hovertemplate="%{customdata}<extra></extra>",
    )
    figure = go.Figure([line, dots])
    if values.threshold is not None:
        figure.add_hline(values.threshold, line={"color": colour, "width": 1, "dash": "dot"})
    below = {"title": {"text": "byte"}, "gridcolor": FAINT, "automargin": True, "range": [x[0] - 0.5, x[-1] + 0.5]}
    if len(x) <= _FEW:
        below["dtick"] = 1
    axis = {"gridcolor": GRID, "title": {"text": values.unit}, "automargin": True}
    return finish(figure, _HEIGHT, xaxis=below, yaxis=axis)


def _said(value: float) -> str:
    return "no value" if np.isnan(value) else f"{value:.2f}"


def history_figure(history: NDArray[np.int32], colour: str) -> go.Figure:
    """Tokens of the text against how many pairs were merged."""
    line = go.Scatter(
        x=np.arange(len(history)),
        y=history,
        mode="lines",
        line={"color": colour, "width": 2},
        hovertemplate="%{y} tokens after %{x} merges<extra></extra>",
    )
    return finish(
        go.Figure(line),
        _HEIGHT,
        xaxis={"title": {"text": "pairs merged"}, "gridcolor": GRID, "automargin": True},
        yaxis={"title": {"text": "tokens"}, "gridcolor": GRID, "rangemode": "tozero", "automargin": True},
    )
