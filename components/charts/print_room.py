"""How much of a printed picture is left for what is plotted, beside names and a scale of colours."""

import plotly.graph_objects as go

_LETTER, _SCALE, _EDGES = 7, 56, 28  # pixels of a letter of a name, of a scale with its numbers, and of both margins


def plot_width(figure: go.Figure, width: int) -> float:
    """Pixels across of the plotted part of a figure that is drawn on so many; a third of them at least.

    >>> plot_width(go.Figure(layout={"yaxis": {"ticktext": ["GPT-2"], "tickvals": [0]}}), 430)
    367.0
    """
    names = _LETTER * max((len(str(each)) for each in figure.layout.yaxis.ticktext or ()), default=0)
    scale = _SCALE if any(map(_has_scale, figure.data)) else 0
    return max(width / 3, float(width - _EDGES - names - scale))


def _has_scale(trace: object) -> bool:
    if getattr(trace, "type", "") == "heatmap":
        return getattr(trace, "showscale", None) is not False
    return bool(getattr(getattr(trace, "marker", None), "showscale", False))
