"""A figure with a row per name, where the rows are too many for a page of paper: folded into columns side by side."""

from collections.abc import Iterator, Mapping
from itertools import groupby
from math import ceil
from typing import Any

import numpy as np
import plotly.graph_objects as go

_LEAST_ROW, _LEAST_PANEL = 12, 190  # pixels of a row and of a column that are given up last
_BELOW = 90  # pixels of a figure's height that are no rows
_LETTERS, _LETTER, _TO_NAME = 0.8, 0.56, 12  # share of a row that its name takes; width of a letter; to the name's left
_FULL_ROW = 16  # pixels of a row that has room for dots and lines of their full size


def on_a_page(figure: go.Figure, width: int, height: int) -> go.Figure:
    """The figure if it is no higher than that; a list of names in columns else, and any other pressed together.

    >>> from components.charts.chart import finish, names_axis
    >>> dots = go.Scatter(x=[1.0] * 200, y=list(range(200)), mode="markers")
    >>> figure = finish(go.Figure(dots), 4000, yaxis=names_axis([f"name {n}" for n in range(200)]))
    >>> [len(trace.x) for trace in on_a_page(figure, 760, 1000).data]
    [67, 67, 66]
    """
    if (figure.layout.height or 0) <= height:
        return figure
    if not _is_list(figure):
        return go.Figure(figure).update_layout(height=height)
    return _folded(figure, width, height)


def _is_list(figure: go.Figure) -> bool:
    """Whether it has one axis of names, one row each, and points and lines alone."""
    at = figure.layout.yaxis.tickvals
    axes = len(list(figure.select_xaxes())), len(list(figure.select_yaxes()))
    return (
        at is not None and list(at) == list(range(len(at))) and axes == (1, 1)
        and all(one.type == "scatter" and one.fill is None for one in figure.data)
    )  # fmt: skip


def _folded(figure: go.Figure, width: int, height: int) -> go.Figure:
    names, layout = list(figure.layout.yaxis.ticktext), figure.layout.to_plotly_json()
    room = height - _BELOW
    most = max(1, width // _LEAST_PANEL)
    panels = next((n for n in range(1, most) if room / ceil(len(names) / n) >= _LEAST_ROW), most)
    rows = ceil(len(names) / panels)
    pitch = min(room, (figure.layout.height - _BELOW) * rows / len(names)) / rows
    letters = min(12.0, _LETTERS * pitch)
    gutter = _LETTER * letters * max(map(len, names)) + _TO_NAME
    share = gutter / (width - gutter)  # of what is plotted: the first column's names stand in the margin
    part = (1 - share * (panels - 1)) / panels
    title = layout["xaxis"].pop("title", None)
    drawn = go.Figure(layout=layout).update_layout(
        height=rows * pitch + _BELOW,
        annotations=[_below(title["text"] if isinstance(title, Mapping) else title)] if title else [],
        shapes=[_moved(shape, n) for n in range(panels) for shape in layout.get("shapes", ())],
    )
    for n in range(panels):
        start = n * (part + share)
        axes = {
            f"xaxis{_nth(n)}": layout["xaxis"] | {"domain": [start, start + part], "anchor": f"y{_nth(n)}"},
            f"yaxis{_nth(n)}": layout["yaxis"]
            | {
                "anchor": f"x{_nth(n)}",
                "range": [(n + 1) * rows - 0.4, n * rows - 0.6],
                "tickvals": list(range(n * rows, min((n + 1) * rows, len(names)))),
                "ticktext": names[n * rows : (n + 1) * rows],
                "tickfont": {"size": letters},
                "automargin": n == 0,
            },
        }
        drawn.update_layout(axes)
    size = min(1.0, pitch / _FULL_ROW)
    drawn.add_traces([one for trace in figure.data if trace.mode != "text" for one in _split(trace, rows, size)])
    return drawn


def _nth(panel: int) -> str:
    return "" if panel == 0 else str(panel + 1)


def _below(title: str) -> dict[str, Any]:
    """The title of all axes, once."""
    place = {"x": 0.5, "xref": "paper", "y": 0, "yref": "paper", "yanchor": "top", "yshift": -24}
    return {"text": title, "showarrow": False, **place}


def _moved(shape: Mapping[str, Any], panel: int) -> dict[str, Any]:
    """A line of the whole height in another column."""
    yref = shape["yref"].replace("y ", f"y{_nth(panel)} ")
    return {**shape, "xref": f"x{_nth(panel)}", "yref": yref}


def _split(trace: go.Scatter, rows: int, size: float) -> Iterator[go.Scatter]:
    """The parts of a trace, column by column; what joins two columns is left out.

    Args:
        rows: of a column.
        size: of dots and lines, 1 for their full size.
    """
    whole = _sized(trace.to_plotly_json(), size)
    of = _panels(trace, rows)
    first = True
    for panel in sorted(set(of) - {-1}):
        places = np.flatnonzero(np.array(of) == panel)
        part = _taken(whole, places, len(of))
        part |= {"xaxis": f"x{_nth(panel)}", "yaxis": f"y{_nth(panel)}"}
        yield go.Scatter(part if first else part | {"showlegend": False})
        first = False


def _panels(trace: go.Scatter, rows: int) -> list[int]:
    """The column of each point, -1 for one whose line runs from column to column; a break belongs to its line."""
    own = [None if y is None else int(np.rint(y)) // rows for y in trace.y]
    if "lines" not in (trace.mode or ""):
        return [-1 if panel is None else panel for panel in own]
    found: list[int] = []
    for broken, run in groupby(own, lambda panel: panel is None):
        line = list(run)
        if broken:
            found += [found[-1] if found else -1] * len(line)
        else:
            found += [line[0] if len(set(line)) == 1 else -1] * len(line)  # type: ignore[list-item]
    return found


def _taken(part: Any, places: np.ndarray, n: int) -> Any:
    """The same trace with these of its n points alone, whatever is said point by point."""
    if isinstance(part, Mapping):
        return {name: _taken(value, places, n) for name, value in part.items()}
    if isinstance(part, list | tuple | np.ndarray) and len(part) == n:
        return [part[place] for place in places]
    return part


def _sized(trace: dict[str, Any], size: float) -> dict[str, Any]:
    """With dots and lines of that size."""
    for name, of in (("marker", "size"), ("line", "width"), ("error_x", "thickness"), ("error_x", "width")):
        part = trace.get(name)
        if part and isinstance(part.get(of), int | float):
            trace[name] = {**part, of: part[of] * size}
    return trace
