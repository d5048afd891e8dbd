"""A figure as it goes into a paper: white ground, black print of readable size, whatever the page's theme."""

import plotly.graph_objects as go

WIDTH = 760  # pixels, about 17 cm at 12 px to 9 pt
_INK, _GREY, _GRID = "#111111", "#555555", "#d9dce2"
_FONTS = "Arial, Helvetica, 'Noto Sans', 'DejaVu Sans', sans-serif"


def paper(figure: go.Figure, source: str) -> go.Figure:
    """A copy for print, with one line below that says where the numbers come from.

    >>> printed = paper(go.Figure(go.Scatter(x=[1], y=[2]), {"height": 300}), "a text")
    >>> printed.layout.paper_bgcolor, printed.layout.title.text, printed.layout.height
    ('white', 'a text', 340)
    """
    printed = go.Figure(figure)
    # What only speaks on hover is left out, and so are points that nobody sees.
    printed.data = [one for one in printed.data if getattr(one, "marker", None) is None or one.marker.opacity != 0]
    printed.update_traces(hoverinfo="skip", hovertemplate=None, customdata=None)
    printed.update_layout(
        template=_template(),
        width=WIDTH,
        height=(figure.layout.height or 420) + 40,
        paper_bgcolor="white",
        plot_bgcolor="white",
        font={"family": _FONTS, "size": 12, "color": _INK},
        margin={"l": 12, "r": 16, "t": max(16, figure.layout.margin.t or 0), "b": 60},
        title={
            "text": source,
            "font": {"size": 9, "color": _GREY},
            "x": 0,
            "xref": "container",
            "xanchor": "left",
            "y": 0,
            "yref": "container",
            "yanchor": "bottom",
            "pad": {"l": 12, "b": 8},
            "automargin": True,
        },
    )
    return printed


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
