"""Pictures of how numbers are written: a cell per number, two addends place by place, and which lengths line up."""

from collections.abc import Mapping, Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from components.charts.chart import FAINT, Chart, finish, names_axis
from core.common.numbers import count
from core.vocabulary.digits import Digits
from core.vocabulary.place_values import MOST_PLACES, Groups, PlaceValues

# One token is dark; the others differ in lightness as well as in hue.
WHOLE = "#0b4a85"
_COLOURS = ("#9ecae8", "#e69f00", "#f6cf71", "#117733", "#d8b5e8", "#a06cc4", "#d1495b", "#7f7f7f")
_OTHER = "other"
_INK = ("#1f2430", "#f0f2f6")  # on light and on dark ground
_BOX, _BOX_NEXT, _ODD = "rgba(58,135,200,.28)", "rgba(58,135,200,.5)", "#d18a00"


def digit_map(found: Digits, n: int, label: str) -> Chart:
    """A cell per number of n digits, by how it is split: rows by the first digits, columns by the last ones."""
    colours = _colours(found.splits[n], n)
    names = [*colours]
    known = [way if way in colours else _OTHER for way in found.ways[n]]
    n_columns = 10 ** ((n + 1) // 2)
    z = np.array([names.index(way) for way in known]).reshape(-1, n_columns)
    numbers = np.array([f"{k:0{n}d}" for k in range(10**n)]).reshape(z.shape)
    cells = go.Heatmap(
        z=z,
        customdata=np.dstack([numbers, np.array(found.ways[n], dtype=object).reshape(z.shape)]),
        hovertemplate="%{customdata[0]}: %{customdata[1]}<extra></extra>",
        colorscale=_steps([*colours.values()]),
        zmin=-0.5,
        zmax=len(names) - 0.5,
        showscale=False,
        xgap=1 if n < 4 else 0,
        ygap=1 if n < 4 else 0,
    )
    figure = go.Figure([cells, *(_legend_entry(name, found, n, colour) for name, colour in colours.items())])
    return Chart(
        "digit_map",
        _laid_out(figure, n, n_columns),
        f"{label}: of {count(10**n)} numbers of {n} digits {count(int(found.one_token[n - 1].sum()))} are one token.",
        lambda: _split_table(found),
    )


def _colours(splits: Mapping[str, int], n: int) -> dict[str, str]:
    """Colour by way to split, frequent ones first; rare ones beyond the palette are one."""
    others = [way for way in splits if way != str(n)]
    few = others if len(others) <= len(_COLOURS) else others[: len(_COLOURS) - 1]
    found = ({str(n): WHOLE} if str(n) in splits else {}) | dict(zip(few, _COLOURS, strict=False))
    return found | ({_OTHER: _COLOURS[-1]} if len(few) < len(others) else {})


def _steps(colours: Sequence[str]) -> list[tuple[float, str]]:
    ends = np.linspace(0, 1, len(colours) + 1)
    return [(float(end), colour) for n, colour in enumerate(colours) for end in ends[n : n + 2]]


def _legend_entry(name: str, found: Digits, n: int, colour: str) -> go.Scatter:
    known = found.splits[n]
    many = known[name] if name in known else sum(known.values())
    text = "one token" if name == str(n) else name
    return go.Scatter(
        x=[None], y=[None], mode="markers", name=f"{text}: {count(many)}" if name in known else text,
        marker={"symbol": "square", "size": 11, "color": colour}, showlegend=True,
    )  # fmt: skip


def _laid_out(figure: go.Figure, n: int, n_columns: int) -> go.Figure:
    n_rows = 10**n // n_columns
    return finish(
        figure,
        (30 if n_rows <= 10 else 5) * n_rows + 130,
        showlegend=True,
        legend={"orientation": "h", "y": 0, "yref": "container", "yanchor": "bottom"},
        xaxis={"title": f"last {len(str(n_columns)) - 1} digits", "showgrid": False, "automargin": True},
        yaxis={
            "title": "first digit" if n_rows == 10 else "first two digits",
            "autorange": "reversed",
            "showgrid": False,
            "automargin": True,
            "dtick": 1 if n_rows == 10 else 10,
        },
    )


def _split_table(found: Digits) -> pd.DataFrame:
    rows = [
        {"Digits": n, "Split": way, "Numbers": k, "Share": k / 10**n}
        for n, ways in found.splits.items()
        for way, k in ways.items()
    ]
    return pd.DataFrame(rows)


def addends(numbers: Sequence[str], groups: Sequence[Groups], names: Sequence[str], dark: bool) -> go.Figure:
    """Numbers under each other, a box per token; a cut that the number above or below does not have is marked."""
    figure = go.Figure()
    cuts = [_cuts(each) for each in groups]
    for row, (number, some) in enumerate(zip(numbers, groups, strict=True)):
        _draw_tokens(figure, row, number, some, _INK[dark])
        for other in (row - 1, row + 1):
            if 0 <= other < len(numbers):
                _mark(figure, row, cuts[row] - cuts[other], min(len(number), len(numbers[other])))
    longest = max(map(len, numbers))
    ticks = [-place - 0.5 for place in range(longest)]
    return finish(
        figure,
        58 * len(numbers) + 60,
        xaxis={
            "range": [-longest - 0.1, 0.1],
            "tickvals": ticks[::-1],
            "ticktext": [f"10<sup>{place}</sup>" for place in reversed(range(longest))],
            "showgrid": False,
            "side": "top",
        },
        yaxis=names_axis(names),
    )


def _cuts(groups: Groups) -> set[int]:
    """Places below which a number is cut, counted from the right."""
    return set(np.cumsum(groups[::-1])[:-1].tolist())


def _draw_tokens(figure: go.Figure, row: int, number: str, groups: Groups, ink: str) -> None:
    place, start = len(number), 0
    for n, size in enumerate(groups):
        box = {"x0": -place + 0.04, "x1": -place + size - 0.04, "y0": row - 0.33, "y1": row + 0.33}
        figure.add_shape(type="rect", **box, fillcolor=_BOX_NEXT if n % 2 else _BOX, line={"width": 0}, layer="below")
        for k in range(size):
            figure.add_annotation(
                x=-place + k + 0.5, y=row, text=number[start + k], showarrow=False, font={"size": 18, "color": ink}
            )
        place, start = place - size, start + size


def _mark(figure: go.Figure, row: int, cuts: set[int], shorter: int) -> None:
    for cut in cuts:
        if cut < shorter:
            line = {"color": _ODD, "width": 3}
            figure.add_shape(type="line", x0=-cut, x1=-cut, y0=row - 0.42, y1=row + 0.42, line=line)


def lined_up_chart(found: PlaceValues, label: str, style: str) -> Chart:
    """For each two lengths, the chance that two numbers are grouped alike at the places that both have."""
    chances, lengths = found.lined_up(), list(range(1, MOST_PLACES + 1))
    figure = go.Figure(
        go.Heatmap(
            z=chances, x=lengths, y=lengths, zmin=0, zmax=1, colorscale=[(0, FAINT), (1, WHOLE)], xgap=2, ygap=2,
            text=[[f"{100 * each:.0f}" if each else "" for each in row] for row in chances], texttemplate="%{text}",
            hovertemplate="%{y} and %{x} digits: %{z:.1%}<extra></extra>", showscale=False,
        )
    )  # fmt: skip
    longer = chances[np.triu_indices(MOST_PLACES)]
    return Chart(
        "lined_up",
        finish(
            figure,
            340,
            xaxis={"title": "digits of one number", "dtick": 1, "showgrid": False},
            yaxis={"title": "digits of the other", "dtick": 1, "showgrid": False, "autorange": "reversed"},
        ),
        f"{label}, written as {style}: two numbers line up in {longer.mean():.0%} of cases, over all pairs of lengths.",
        lambda: pd.DataFrame(chances, columns=[str(n) for n in lengths]).assign(Digits=lengths),
    )
