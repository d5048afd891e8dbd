"""Numbers in coloured cells, each in black or white, whichever stands out more from its cell: 4.5:1 at least.

plotly by itself takes a dark grey on every colour that is not dark, which leaves 3.1:1 on some.
"""

from collections.abc import Sequence

import numpy as np
import plotly.graph_objects as go
from numpy.typing import NDArray
from plotly.colors import hex_to_rgb, unlabel_rgb

NUMBERS = "numbers in cells"  # the `meta` of their trace
BLACK, WHITE = "#000000", "#ffffff"
_EQUAL = 0.179  # the luminance from which both stand out as much, 4.58:1
_SIZE = 11  # pixels


def cell_numbers(cells: go.Heatmap, texts: Sequence[Sequence[str]]) -> list[go.Scatter]:
    """A text in the middle of each cell that has one: a trace in black and one in white, without hover and click.

    plotly looks at a list of colours one by one, which takes longer than a second trace.

    >>> cells = go.Heatmap(z=[[0.0, 1.0]], zmin=0, zmax=1, colorscale=[[0, "#ffffff"], [1, "#000080"]])
    >>> [(one.textfont.color, list(one.text)) for one in cell_numbers(cells, [["a", "b"]])]
    [('#000000', ['a']), ('#ffffff', ['b'])]
    """
    written, on = np.array(texts, object), inks(cells)
    places = [(ink, np.nonzero((on == ink) & (written != ""))) for ink in (BLACK, WHITE)]
    return [
        go.Scatter(
            x=columns,
            y=rows,
            text=written[rows, columns],
            mode="text",
            textfont={"size": _SIZE, "color": ink},
            selected={"textfont": {"color": ink}},  # without it those that are not selected fade; none ever is
            hoverinfo="skip",
            showlegend=False,
            meta=NUMBERS,
        )
        for ink, (rows, columns) in places
        if len(rows)
    ]


def inks(cells: go.Heatmap) -> NDArray[np.str_]:
    """Black or white for what stands on each cell, (rows, columns); black where there is none."""
    z = np.array(cells.z, np.float64)
    low = np.nanmin(z) if cells.zmin is None else cells.zmin
    high = np.nanmax(z) if cells.zmax is None else cells.zmax
    shares = np.clip((z - low) / ((high - low) or 1.0), 0, 1)
    stops = [at for at, _ in cells.colorscale]
    channels = np.array([_rgb(shade) for _, shade in cells.colorscale]).T / 255
    return np.where(_luminance([np.interp(shares, stops, one) for one in channels]) <= _EQUAL, WHITE, BLACK)


def _rgb(shade: str) -> tuple[float, ...]:
    return tuple(unlabel_rgb(shade) if shade.startswith("rgb") else hex_to_rgb(shade))


def _luminance(channels: Sequence[NDArray[np.float64]]) -> NDArray[np.float64]:
    """Of colours whose channels are from 0 to 1. Source: WCAG 2.2, relative luminance."""
    linear = (np.where(c <= 0.04045, c / 12.92, ((c + 0.055) / 1.055) ** 2.4) for c in channels)
    return np.asarray(sum(weight * c for weight, c in zip((0.2126, 0.7152, 0.0722), linear, strict=True)))
