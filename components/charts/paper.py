"""A figure as it goes into a paper: white ground, black print of readable size, whatever the page's theme."""

from dataclasses import dataclass
from textwrap import wrap

import plotly.graph_objects as go

from components.charts.folded import on_a_page
from components.charts.print_room import plot_width
from components.charts.vector_cells import in_vectors


@dataclass(frozen=True)
class PrintWidth:
    """How wide a picture is printed, and how many pixels it is drawn on: print of 12 pixels is 7 to 8 pt high."""

    label: str
    centimetres: float
    pixels: int

    @property
    def page(self) -> int:
        """Pixels of the height of a page, which has room for a caption beside."""
        return int(_PAGE * self.pixels / self.centimetres)


TWO, ONE = PrintWidth("two columns", 17.5, 760), PrintWidth("one column", 8.5, 430)
WIDTHS = (TWO, ONE)
_PAGE = 22.5  # centimetres
_LINE = 12  # pixels that a line of the source takes
_TITLE = 17  # pixels of a further line of an axis's title
_LETTER = 16  # pixels that a slanted name takes along its axis
_INK, _GREY, _GRID = "#111111", "#555555", "#d9dce2"
_FONTS = "Arial, Helvetica, 'Noto Sans', 'DejaVu Sans', sans-serif"


def paper(figure: go.Figure, source: str, width: PrintWidth = TWO) -> go.Figure:
    """A copy for print, no higher than a page, with one line below that says where the numbers come from.

    All of it is lines and letters.

    >>> printed = paper(go.Figure(go.Scatter(x=[1], y=[2]), {"height": 300}), "a text")
    >>> printed.layout.paper_bgcolor, printed.layout.title.text, printed.layout.height
    ('white', 'a text', 340)
    """
    lines = wrap(source, (width.pixels - 24) // 5)  # about five pixels a letter
    for_source = 28 + _LINE * len(lines)
    printed = in_vectors(on_a_page(go.Figure(figure), width.pixels, width.page - for_source), width.pixels)
    # What only speaks on hover is left out, and so are points that nobody sees.
    printed.data = [one for one in printed.data if getattr(one, "marker", None) is None or one.marker.opacity != 0]
    printed.update_traces(hoverinfo="skip", hovertemplate=None, customdata=None)
    below = max(map(_names_below, figure.select_xaxes())) + 16 + _LINE * len(lines)
    printed.update_layout(
        template=_template(),
        width=width.pixels,
        height=(printed.layout.height or 420) + for_source,
        paper_bgcolor="white",
        plot_bgcolor="white",
        font={"family": _FONTS, "size": 12, "color": _INK},
        margin={
            "l": 12,
            "r": max(16, figure.layout.margin.r or 0),
            "t": max(16, figure.layout.margin.t or 0),
            "b": below + (figure.layout.margin.b or 0),
        },
        title={
            "text": "<br>".join(lines),
            "font": {"size": 9, "color": _GREY},
            "x": 0,
            "xref": "container",
            "xanchor": "left",
            "y": 0,
            "yref": "container",
            "yanchor": "bottom",
            "pad": {"l": 12, "b": 8 + _LINE * (len(lines) - 1)},  # of the first line; the others stand below it
            "automargin": True,
        },
    )
    _thin_out(printed)
    return printed


def _names_below(axis: go.layout.XAxis) -> float:
    """Pixels that names and title of a horizontal axis take; plotly reserves them, but not beside a second line."""
    longest = max((len(str(each)) for each in axis.ticktext or ()), default=0)
    title = axis.title.text or ""
    return (3.4 * longest if axis.tickangle else 0.0) + (40 if title else 22) + _TITLE * title.count("<br>")


def _thin_out(printed: go.Figure) -> None:
    """Leave out names side by side that would lie on each other."""
    axis = printed.layout.xaxis
    if not axis.tickvals or not axis.tickangle or axis.range is None:
        return
    span = abs(axis.range[1] - axis.range[0])
    least = _LETTER * span / plot_width(printed, printed.layout.width)  # in places of the axis
    kept: list[int] = []
    for n, at in enumerate(axis.tickvals):
        if not kept or at - axis.tickvals[kept[-1]] >= least:
            kept.append(n)
    printed.update_xaxes(tickvals=[axis.tickvals[n] for n in kept], ticktext=[axis.ticktext[n] for n in kept])


def _template() -> go.layout.Template:
    """Plain axes, in place of the template that plotly brings."""
    axis = {
        "gridcolor": _GRID,
        "linecolor": _GREY,
        "tickcolor": _GREY,
        "ticks": "outside",
        "ticklen": 3,
        "zeroline": False,
        "automargin": True,
        "title": {"standoff": 8},
    }
    return go.layout.Template(layout={"xaxis": axis, "yaxis": axis, "colorway": ["#0072B2"]})
