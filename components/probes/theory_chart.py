"""What a model that counts tokens reaches, between what characters need and what nobody goes below."""

from collections.abc import Sequence
from math import log10

import pandas as pd
import plotly.graph_objects as go

from components.charts.chart import GRID, Chart, finish, level
from core.probes.theory import Theory

_MERGES, _DICTIONARY, _GUESS = "#3a87c8", "#d18a00", "#d1495b"
_LINE = "rgba(128,140,160,.9)"
_EDGE = 0.03  # decades beside the first and the last size
_NONE = float("nan")


def theory_chart(found: Theory, sampled: Sequence[float], guess: float | None = None, height: int = 380) -> Chart:
    """Two lines across, two curves by size, and dots of a sample.

    Args:
        sampled: bits of a character with 2 tokens, 3, and so on.
        guess: where the user thinks that merges end.
    """
    sizes, last = [point.size for point in found.points], found.points[-1]
    figure = go.Figure(
        [
            _curve("merges", sizes, [point.merges for point in found.points], _MERGES, "solid"),
            _curve("dictionary", sizes, [point.dictionary for point in found.points], _DICTIONARY, "dash"),
            _dots("merges learnt on a sample", sizes, sampled, {"color": _MERGES, "size": 5, "symbol": "circle-open"}),
            *([] if guess is None else [_dots("your guess", [last.size], [guess], _of_guess())]),
        ]
    )
    values = [value for trace in figure.data for value in trace.y]
    finish(
        figure,
        height,
        showlegend=True,
        legend={"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        margin={"l": 4, "r": 10, "t": 40, "b": 4},
        xaxis={"title": "tokens in the vocabulary", "type": "log", "automargin": True, **_sizes(last.size)},
        yaxis={"title": "bits for each character", "automargin": True, "gridcolor": GRID, **_room(found, values)},
        shapes=[level(y, {"color": _LINE, "width": 1.5, "dash": "dot"}) for y in _lines(found)],
        annotations=[
            _named(f"single characters, H(π): {found.source.of_characters:.3f}", found.source.of_characters, "bottom"),
            _named(f"no model goes below, H∞: {found.source.floor:.3f}", found.source.floor, "top"),
        ],
    )
    return Chart("theory", figure, _in_words(found), lambda: theory_table(found, sampled))


def _in_words(found: Theory) -> str:
    last = found.points[-1]
    return (
        f"A model of single characters needs {found.source.of_characters:.3f} bits for each, no model less than "
        f"{found.source.floor:.3f}, and one that counts {last.size} tokens made by merges {last.merges:.3f}."
    )


def theory_table(found: Theory, sampled: Sequence[float]) -> pd.DataFrame:
    """A row per size of the vocabulary; bits are for each character."""
    n = len(found.points)
    padded = [*sampled, *[_NONE] * n][:n]  # a sample may be used up before
    return pd.DataFrame(
        [
            {
                "Tokens": point.size,
                "Merges": point.merges,
                "Dictionary": point.dictionary,
                "Merges on a sample": loss,
                "Newest of the merges": newest,
            }
            for point, loss, newest in zip(found.points, padded, found.merged[1:], strict=True)
        ]
    )


def _curve(name: str, sizes: Sequence[int], values: Sequence[float], colour: str, dash: str) -> go.Scatter:
    return go.Scatter(
        name=name, x=list(sizes), y=list(values), mode="lines", line={"color": colour, "width": 2.5, "dash": dash},
        hovertemplate=f"%{{x}} tokens, {name}: %{{y:.4f}} bits for each character<extra></extra>",
    )  # fmt: skip


def _dots(name: str, sizes: Sequence[int], values: Sequence[float], marker: dict[str, object]) -> go.Scatter:
    return go.Scatter(
        name=name, x=list(sizes)[: len(values)], y=list(values)[: len(sizes)], mode="markers", marker=marker,
        hovertemplate=f"%{{x}} tokens, {name}: %{{y:.4f}} bits<extra></extra>", cliponaxis=False,
    )  # fmt: skip


def _of_guess() -> dict[str, object]:
    return {"color": _GUESS, "size": 13, "symbol": "diamond"}


def _sizes(most: int) -> dict[str, object]:
    """Doublings as ticks, and a range that shows the first and the last size."""
    ticks = [1 << k for k in range(1, most.bit_length())]
    ends = [log10(2) - _EDGE, log10(most) + _EDGE]
    return {"tickvals": ticks, "ticktext": [f"{n}" for n in ticks], "range": ends}


def _lines(found: Theory) -> tuple[float, float]:
    return found.source.floor, found.source.of_characters


def _room(found: Theory, values: Sequence[float]) -> dict[str, object]:
    """A range with room for what is said of both lines."""
    low, high = min([*values, *_lines(found)]), max([*values, *_lines(found)])
    pad = max(0.14 * (high - low), 0.01)
    return {"range": [low - pad, high + pad]}


def _named(text: str, y: float, side: str) -> dict[str, object]:
    """What a line is, at its right end, over it (`bottom`) or under it (`top`)."""
    return {"text": text, "x": 1, "xref": "x domain", "xanchor": "right", "y": y, "yanchor": side, "showarrow": False}
