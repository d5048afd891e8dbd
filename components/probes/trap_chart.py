"""The tokens that reach over the most boundaries of words."""

from html import escape

import pandas as pd
import plotly.graph_objects as go

from components.charts.chart import GRID, Chart, finish, names_axis
from components.widgets.chips import piece_shown
from core.probes.traps import Joint, SwallowedWords
from core.probes.written_tokens import written_tokens

_MOST = 10
_BAR = "#7aa6d1"
_ROOM = 1.8  # of the longest bar, for what is written behind it
_TICKS = 6
_LONGEST = 30  # characters of a token or a pair
Ranked = tuple[bytes, int, Joint]


def trap_chart(found: SwallowedWords, name: str) -> Chart:
    """A bar per token, as long as the number of pairs that it swallows; behind it one of them."""
    ranked = found.ranked[:_MOST]
    longest = max(n for _, n, _ in ranked)
    bars = go.Bar(
        x=[n for _, n, _ in ranked],
        y=[*range(len(ranked))],
        orientation="h",
        marker={"color": _BAR},
        text=[f"{n} · {_isolated('|'.join(joint.pair))}" for _, n, joint in ranked],
        textposition="outside",
        customdata=[_sentence(one) for one in ranked],
        hovertemplate="%{customdata}<extra></extra>",
    )
    figure = finish(
        go.Figure(bars),
        26 * len(ranked) + 70,
        xaxis={
            "title": "pairs that it swallows, and one of them",
            "range": [0, longest * _ROOM],
            "tickvals": [*range(0, longest + 1, max(1, longest // _TICKS))],
            "gridcolor": GRID,
        },
        yaxis=names_axis([_isolated(piece_shown(trap)) for trap, _, _ in ranked]),
        bargap=0.25,
    )
    return Chart("traps", figure, _alt(found, name), lambda: trap_table(found))


def _isolated(text: str) -> str:
    """A text of any direction and length, that turns nothing around it."""
    text = text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1]}…"
    return f"\u2068{escape(text, quote=False)}\u2069"


def _sentence(one: Ranked) -> str:
    trap, n, joint = one
    return escape(
        f"{piece_shown(trap)} swallows {n}; {'|'.join(joint.pair)} is cut {written_tokens(joint.tokens)}", quote=False
    )


def _alt(found: SwallowedWords, name: str) -> str:
    tokens = ", ".join(f"{piece_shown(trap)} {n}" for trap, n, _ in found.ranked[:3])
    return f"{name} keeps no cut between {len(found.swallowed)} of {found.n_pairs} pairs of words; most by {tokens}."


def trap_table(found: SwallowedWords) -> pd.DataFrame:
    """A row per token that reaches over a boundary."""
    return pd.DataFrame(
        [
            {
                "Token": piece_shown(trap),
                "Pairs": n,
                "Such as": "|".join(joint.pair),
                "Cut": "|".join(map(piece_shown, joint.tokens)),
            }
            for trap, n, joint in found.ranked
        ]
    )
