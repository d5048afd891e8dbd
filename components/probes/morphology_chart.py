"""How well tokens meet morphemes against how many there are: whoever cuts everywhere meets every boundary."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from math import isnan, log10

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components.charts.apart import apart
from components.charts.chart import FAINT, GRID, LINE, Chart, finish, level, upright
from core.probes.morphology import MorphologyScores

_HEIGHT, _LINE_HEIGHT, _AROUND = 330, 17, 62  # pixels: all, of a name, what is not plotted on
_DOTTED = {"color": LINE, "width": 1, "dash": "dot"}
_LONGEST_NAME, _LETTER = 24, 6.6  # characters, pixels of one
_TICKS, _CLOSE_TICKS = (1, 1.5, 2, 3, 4, 6, 8, 12, 16, 24), (1, 1.2, 1.5, 2, 2.5, 3, 4, 5)
_NARROW = 0.4  # log10 of the span below which ticks stand close
# Tokens that are a word or a morpheme, and a morpheme, by both denominators of Bayram et al. 2025.
_KNOWN = {
    "%TR of tokens": "known_of_tokens",
    "%TR of different tokens": "known_of_distinct",
    "%Pure of tokens": "pure_of_tokens",
    "%Pure of different tokens": "pure_of_distinct",
}
_SHARES = ("Precision", "Recall", "F1", "F1, low", "F1, high", *_KNOWN)


@dataclass(frozen=True)
class MorphologyPoint:
    """A tokenizer in the picture.

    Args:
        tokens: per word.
        precision: None where it cuts nowhere.
        recall: None where the words have no boundaries.
        interval: of its F1; None where the words are too few.
    """

    name: str
    colour: str
    tokens: float
    precision: float | None
    recall: float | None
    f1: float
    interval: tuple[float, float] | None


def points(rows: Mapping[str, MorphologyScores], colours: Sequence[str]) -> list[MorphologyPoint]:
    """Those that have an F1."""
    found = []
    for (name, one), colour in zip(rows.items(), colours, strict=True):
        scores, tokens = one.boundaries, one.tokens_per_word
        if tokens is not None and scores.f1 is not None:
            f1 = one.intervals.f1
            interval = None if isnan(f1.low) else (f1.low, f1.high)
            found.append(MorphologyPoint(name, colour, tokens, scores.precision, scores.recall, scores.f1, interval))
    return found


def morphology_chart(rows: Mapping[str, MorphologyScores], colours: Sequence[str], height: int = _HEIGHT) -> Chart:
    """A dot per tokenizer, its F1, between its precision and its recall; at least one has an F1."""
    shown, scores = points(rows, colours), next(iter(rows.values())).boundaries
    figure = go.Figure([trace for point in shown for trace in _marks(point)])
    _laid_out(figure, shown, scores.n_boundaries / scores.n_words + 1, scores.chance, height)
    return Chart(
        "morphology",
        figure,
        "F1 of boundaries: " + "; ".join(f"{p.name} {p.f1:.2f} at {p.tokens:.2f} tokens a word" for p in shown) + ".",
        lambda: morphology_table(rows),
        columns=dict.fromkeys(_SHARES, st.column_config.NumberColumn(format="percent")),
    )


def _laid_out(
    figure: go.Figure, shown: Sequence[MorphologyPoint], morphemes: float, chance: float | None, height: int
) -> None:
    """Axes, names, and two lines to compare with: morphemes per word, and the precision of cuts at random."""
    across = [morphemes, *(p.tokens for p in shown)]
    low, high = log10(min(across) * 0.93), log10(max(across) * 1.08)
    heights, names = _heights(shown, height), _short([p.name for p in shown])
    lines = [upright(morphemes, _DOTTED), *([] if chance is None else [level(chance, _DOTTED)])]
    finish(
        figure,
        height,
        margin={"t": 22, "r": _LETTER * (max(map(len, names)) + 2)},
        xaxis={
            "title": "tokens per word",
            "type": "log",
            "range": [low, high],
            "tickvals": list(_CLOSE_TICKS if high - low < _NARROW else _TICKS),
            "gridcolor": GRID,
        },
        yaxis={"title": "share", "range": [-0.03, 1.04], "tickformat": ".0%", "gridcolor": GRID, "automargin": True},
        shapes=[*lines, *(_lead(p, y, 10**high) for p, y in zip(shown, heights, strict=True))],
        annotations=[
            _over_line(morphemes, low, high),
            *(_name(n, p.colour, y) for n, p, y in zip(names, shown, heights, strict=True)),
        ],
    )


def _marks(p: MorphologyPoint) -> list[go.Scatter]:
    """Its bar from precision to recall, and its dot."""
    ends = [(y, mark) for y, mark in ((p.precision, "triangle-down"), (p.recall, "triangle-up")) if y is not None]
    bar = go.Scatter(
        x=[p.tokens for _ in ends],
        y=[y for y, _ in ends],
        mode="lines+markers",
        line={"color": p.colour, "width": 2},
        marker={"color": p.colour, "size": 10, "symbol": [mark for _, mark in ends]},
        customdata=[_sentence(p)] * len(ends),
        hovertemplate="%{customdata}<extra></extra>",
    )
    dot = go.Scatter(
        x=[p.tokens],
        y=[p.f1],
        mode="markers",
        marker={"color": p.colour, "size": 13, "line": {"color": "#ffffff", "width": 1.5}},
        error_y=_whiskers(p),
        customdata=[_sentence(p)],
        hovertemplate="%{customdata}<extra></extra>",
    )
    return [bar, dot]


def _whiskers(p: MorphologyPoint) -> dict[str, object]:
    """The interval of its F1, as strokes wider than the bar."""
    if p.interval is None:
        return {"visible": False}
    low, high = p.interval
    ends = {"array": [high - p.f1], "arrayminus": [p.f1 - low]}
    return {"type": "data", "symmetric": False, **ends, "color": p.colour, "thickness": 3.5, "width": 7}


def _sentence(p: MorphologyPoint) -> str:
    cuts = "it cuts nowhere" if p.precision is None else f"{p.precision:.0%} of its cuts are boundaries"
    met = "" if p.recall is None else f", and it cuts at {p.recall:.0%} of the boundaries"
    interval = "" if p.interval is None else f" [{p.interval[0]:.2f}, {p.interval[1]:.2f}]"
    return escape(f"{p.name}: {p.tokens:.2f} tokens per word; {cuts}{met}; F1 {p.f1:.2f}{interval}", quote=False)


def _heights(shown: Sequence[MorphologyPoint], height: int) -> list[float]:
    """Of the names to the right, moved apart and within the picture."""
    places = apart([p.f1 for p in shown], _LINE_HEIGHT / (height - _AROUND))
    up = max(0.0, -min(places)) - max(0.0, max(places) - 1)
    return [place + up for place in places]


def _lead(p: MorphologyPoint, y: float, right: float) -> dict[str, object]:
    """A line from a dot to its name."""
    line = {"color": FAINT, "width": 1}
    return {"type": "line", "x0": p.tokens, "x1": right, "y0": p.f1, "y1": y, "line": line, "layer": "below"}


def _name(name: str, colour: str, y: float) -> dict[str, object]:
    text = f'<span style="color:{colour}">●</span> {escape(name, quote=False)}'
    return {"x": 1, "xref": "x domain", "y": y, "xanchor": "left", "showarrow": False, "text": text}


def _short(names: Sequence[str]) -> list[str]:
    """Names as there is room for; without what stands behind the model where that still tells them apart.

    >>> _short(["GPT-4 · cl100k_base", "Qwen3"])
    ['GPT-4', 'Qwen3']
    """
    heads = [name.partition(" · ")[0] for name in names]
    known = heads if len({*heads}) == len(names) else names
    return [name if len(name) <= _LONGEST_NAME else f"{name[: _LONGEST_NAME - 1]}…" for name in known]


def _over_line(morphemes: float, low: float, high: float) -> dict[str, object]:
    """What the line of morphemes is, on the side where there is room."""
    place = {"x": log10(morphemes), "y": 1, "yref": "y domain", "yanchor": "bottom"}
    text = f"morphemes per word: {morphemes:.2f}"
    return {
        **place,
        "xanchor": "left" if log10(morphemes) < (low + high) / 2 else "right",
        "text": text,
        "showarrow": False,
    }


def morphology_table(rows: Mapping[str, MorphologyScores]) -> pd.DataFrame:
    """A row per tokenizer."""
    return pd.DataFrame(
        [
            {
                "Tokenizer": name,
                "Words": one.boundaries.n_words,
                "Tokens per word": one.tokens_per_word,
                "Precision": one.boundaries.precision,
                "Recall": one.boundaries.recall,
                "F1": one.boundaries.f1,
                "F1, low": one.intervals.f1.low,
                "F1, high": one.intervals.f1.high,
                "MorphScore": one.boundaries.morph_score,
                "of words": one.boundaries.n_two,
                "F1 of morphemes": one.matches.f1,
                **{label: one.known.document()[key] for label, key in _KNOWN.items()},
            }
            for name, one in rows.items()
        ]
    )
