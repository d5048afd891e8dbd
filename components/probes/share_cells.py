"""Shares as cells; the fuller its colour, the larger a share."""

from collections.abc import Mapping, Sequence

import plotly.graph_objects as go

from components.charts.cell_numbers import cell_numbers
from components.charts.chart import finish, names_axis

_LIGHT = ((0, "#e9eef5"), (0.5, "#8fb8d9"), (1, "#0f4c81"))
_DARK = ((0, "#232d3a"), (0.5, "#35628f"), (1, "#9fd0ff"))


def share_cells(
    rows: Mapping[str, Sequence[float]], columns: Sequence[str], hover: Sequence[Sequence[str]], dark: bool
) -> go.Figure:
    """The picture.

    Args:
        rows: from 0 to 1, by what is written beside them, as many as `columns`.
        hover: what is said of each, HTML.
    """
    cells = go.Heatmap(
        z=[*rows.values()],
        customdata=hover,
        hovertemplate="%{customdata}<extra></extra>",
        colorscale=_DARK if dark else _LIGHT,
        zmin=0,
        zmax=1,
        showscale=False,
        xgap=3,
        ygap=3,
    )
    texts = [[f"{one:.0%}" for one in row] for row in rows.values()]
    across = {"tickvals": [*range(len(columns))], "ticktext": [*columns], "side": "top", "showgrid": False}
    return finish(
        go.Figure([cells, *cell_numbers(cells, texts)]),
        36 * len(rows) + 44,
        margin={"t": 32},
        xaxis={**across, "range": [-0.5, len(columns) - 0.5], "automargin": True, "autotickangles": [0, -90]},
        yaxis=names_axis([*rows]) | {"range": [len(rows) - 0.5, -0.5]},
    )
