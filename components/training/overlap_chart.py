"""Shares that vocabularies have in common, as a matrix."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from components.charts.cell_numbers import cell_numbers
from components.charts.chart import Chart, finish, names_axis

_SCALE = [[0, "#f7f4ee"], [0.5, "#8fb8d9"], [1, "#0f4c81"]]
_ROW, _LEAST = 40, 230  # pixels


def overlap_chart(names: Sequence[str], shares: Sequence[Sequence[float]]) -> Chart:
    """A row and a column per tokenizer.

    Args:
        shares: of the row's entries that the column has as well, 0 to 1.

    >>> overlap_chart(["a", "b"], [[1.0, 0.5], [0.25, 1.0]]).alt
    'Shared entries of 2 tokenizers by bytes, from 25 % to 50 %.'
    """
    cells = go.Heatmap(
        z=shares,
        customdata=[
            [f"{a} has {share:.1%} of its entries in common with {b}" for b, share in zip(names, row, strict=True)]
            for a, row in zip(names, shares, strict=True)
        ],
        hovertemplate="%{customdata}<extra></extra>",
        zmin=0, zmax=1, colorscale=_SCALE, showscale=False, xgap=2, ygap=2,
    )  # fmt: skip
    written = [[f"{share:.0%}" for share in row] for row in shares]
    figure = finish(
        go.Figure([cells, *cell_numbers(cells, written)]),
        max(_LEAST, _ROW * len(names) + 110),
        xaxis={
            "tickvals": list(range(len(names))),
            "ticktext": list(names),
            "autotickangles": [0, -90],  # slanted names of a narrow window would leave it
            "automargin": True,
            "showgrid": False,
        },
        yaxis=names_axis(names),
    )
    apart = np.array(shares)[~np.eye(len(names), dtype=bool)]
    return Chart(
        "train_overlap",
        figure,
        f"Shared entries of {len(names)} tokenizers by bytes, from {apart.min():.0%} to {apart.max():.0%}.".replace(
            "%", " %"
        ),
        lambda: pd.DataFrame({"Tokenizer": list(names)} | dict(zip(names, np.array(shares).T, strict=True))),
    )
