"""How many cuts each kind of edit moves, as a cell per edit and tokenizer."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go

from components.charts.cell_numbers import cell_numbers
from components.charts.chart import Chart, finish, names_axis
from components.probes.on_page import OnPage
from core.common.numbers import so_many
from core.probes.noise import EditEffect, Noise

_LIGHT = [[0, "#0f766e"], [0.25, "#7fc4bd"], [0.5, "#f3f5f8"], [0.75, "#e8b45c"], [1, "#9a4f00"]]  # 0 in the middle
_DARK = [[0, "#7fe0d4"], [0.25, "#1f7f76"], [0.5, "#232b36"], [0.75, "#a8680f"], [1, "#ffc766"]]
_ROW = 27  # pixels
MOVED, ADDED = "moved", "added"
MEASURES = {MOVED: "Cuts moved", ADDED: "Tokens added"}


def short(key: str) -> str:
    """An edit's name where there is little room.

    >>> short("first_letter")
    'first letter'
    """
    return key.replace("_", " ")


def per_edit(effect: EditEffect, key: str, measure: str) -> float:
    """What one edit does on average under a tokenizer, by a key of `MEASURES`."""
    found = effect.by_tokenizer[key]
    return (found.moved if measure == MOVED else found.more_tokens) / len(effect.changes)


def noise_chart(found: Noise, shown: Sequence[OnPage], measure: str, dark: bool, height: int = 0) -> Chart:
    """A row per edit, a column per tokenizer, and in each cell what each edit does, by a key of `MEASURES`."""
    values = np.array([[per_edit(effect, one.key, measure) for one in shown] for effect in found.effects])
    top = max(float(np.abs(values).max()), 1.0)
    cells = go.Heatmap(
        z=values,
        customdata=[[_hover(effect, one) for one in shown] for effect in found.effects],
        hovertemplate="%{customdata}<extra></extra>",
        colorscale=_DARK if dark else _LIGHT,
        zmin=-top,
        zmax=top,
        showscale=False,
        xgap=2,
        ygap=2,
    )
    form = "{:.1f}" if measure == MOVED else "{:+.1f}"
    figure = go.Figure([cells, *cell_numbers(cells, [[form.format(one) for one in row] for row in values])])
    finish(
        figure,
        height or _ROW * len(found.effects) + 90,
        xaxis={
            "tickvals": list(range(len(shown))),
            "ticktext": [one.label.replace(" · ", "<br>") for one in shown],
            "autotickangles": [0, -90],  # slanted names of a narrow window would leave it
            "side": "top",
            "automargin": True,
            "showgrid": False,
        },
        yaxis=names_axis([short(effect.key) for effect in found.effects]),
    )
    return Chart(
        "noise",
        figure,
        in_words(found, shown, measure),
        lambda: noise_table(found, shown),
        printed=lambda _, __: noise_chart(found, shown, measure, dark=False).figure,
    )


def in_words(found: Noise, shown: Sequence[OnPage], measure: str) -> str:
    """Which edit does most, over the tokenizers."""
    means = [sum(per_edit(effect, one.key, measure) for one in shown) / len(shown) for effect in found.effects]
    most = int(np.argmax(means))
    if measure == MOVED:
        return f"Most cuts move for {found.effects[most].label}: {means[most]:.1f} for each edit."
    return f"Most tokens come with {found.effects[most].label}: {means[most]:+.1f} for each edit."


def _hover(effect: EditEffect, one: OnPage) -> str:
    more = per_edit(effect, one.key, ADDED)
    return (
        f"{effect.label}, {so_many(len(effect.changes), 'time', 'times')}: "
        f"{one.label} moves {per_edit(effect, one.key, MOVED):.2f} "
        f"cuts<br>and has {more:+.2f} tokens for each edit"
    )


def noise_table(found: Noise, shown: Sequence[OnPage]) -> pd.DataFrame:
    """A row per edit and tokenizer."""
    rows = [
        {
            "Edit": effect.label,
            "Sort": effect.group,
            "Edits": len(effect.changes),
            "Tokenizer": one.label,
            "Cuts moved per edit": per_edit(effect, one.key, MOVED),
            "More tokens per edit": per_edit(effect, one.key, ADDED),
        }
        for effect in found.effects
        for one in shown
    ]
    return pd.DataFrame(rows)
