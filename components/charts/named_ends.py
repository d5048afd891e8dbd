"""Names at the right end of lines, each with the colour and the symbol of its line."""

from collections.abc import Sequence
from html import escape

import plotly.graph_objects as go

from components.charts.apart import apart
from components.widgets.colours import OKABE_ITO

_SIGNS = "●■◆▲✚✖★▼"  # as the markers of `components.premium.side_by_side.SYMBOLS` are drawn


def name_ends(figure: go.Figure, x: float, ends: Sequence[float], names: Sequence[str], gap: float) -> None:
    """Write a name beside each line's end.

    Args:
        x: where the lines end.
        ends: where each does, as annotations want it: the logarithm to base 10 on such an axis.
        names: of the lines, in the order of their colours.
        gap: least distance between two names, in the same terms.

    >>> figure = go.Figure()
    >>> name_ends(figure, 1, [0.3], ["Thai"], 0.1)
    >>> figure.layout.annotations[0].text
    '<span style="color:#0072B2">●</span> Thai'
    """
    for place, (name, y) in enumerate(zip(names, apart(ends, gap), strict=True)):
        colour, sign = OKABE_ITO[place % len(OKABE_ITO)], _SIGNS[place % len(_SIGNS)]
        figure.add_annotation(
            x=x,
            y=y,
            text=f'<span style="color:{colour}">{sign}</span> {escape(name)}',
            showarrow=False,
            xanchor="left",
            xshift=10,
            font={"size": 12},
        )


def room_for(names: Sequence[str]) -> dict[str, int]:
    """Margins that leave the room that names to the right of a chart take, and no more.

    >>> room_for(["Thai", "Lao"])["r"]
    60
    """
    return {"l": 4, "r": 32 + 7 * max(map(len, names), default=0), "t": 8, "b": 4}
