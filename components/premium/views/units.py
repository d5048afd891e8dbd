"""Per line, per byte, per character: how the order of languages turns on the unit, and what UTF-8 costs by itself."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components.charts.chart import FAINT, GRID, LINE, Chart, finish, names_axis
from components.charts.named_ends import name_ends, room_for
from components.premium.choosers import one_tokenizer
from components.premium.context import PremiumContext
from components.premium.figure import show
from components.premium.scale import sentence, ticks
from components.premium.side_by_side import SYMBOLS, beside, cells_beside, panel, several, side_by_side
from components.widgets.colours import OKABE_ITO
from components.widgets.view import View
from core.common.numbers import times
from core.premium.premium import PER, Per, Premiums, ranks, size_premium

_NAMED = 8
_AT_ONCE = 25
_PARTS = (
    ("Text", "characters of the text", "#56B4E9", ""),
    ("UTF-8", "bytes of a character", "#E69F00", "."),
    ("Tokenizer", "tokens of a byte", "#7F7F7F", ""),
)


def draw(context: PremiumContext) -> None:
    """Ranks by the three units as lines, then each premium taken apart."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        row = one_tokenizer(context)
        many = several()
    if many:
        _side_by_side(context, row)
        return
    premiums = [context.premiums(per) for per in PER]
    columns = [c for c in context.columns if not np.isnan(premiums[0].value[row, c])]
    if not columns:
        st.info(f"No language found has a premium with {context.label(row)}.", icon=":material/block:")
        return
    value = np.stack([one.value[row, columns] for one in premiums])  # (3, L)
    names = [context.language(c) for c in columns]
    rank = np.stack([ranks(per) for per in value])
    chosen = moved_most(rank)
    cells = [(row, c) for c in columns]
    others = [n for n in range(len(names)) if n not in chosen]
    up, down = (names[int(find(rank[1] - rank[0]))] for find in (np.argmin, np.argmax))
    chart = Chart(
        "units",
        bump_figure(names, value, rank, chosen),
        f"Ranks of {len(names)} languages with {context.label(row)} per line, byte and character. From line to byte "
        f"{up} gains most places and {down} loses most.",
        lambda: unit_table(names, value, rank, _ends(premiums, cells)),
        {"Language": st.column_config.TextColumn(pinned=True)},
        {0: [cells[n] for n in others for _ in range(4)]} | {1 + k: [cells[n]] * 3 for k, n in enumerate(chosen)},
    )
    show(chart, context, "Token premiums")
    rho = np.corrcoef(rank)[0]
    st.caption(
        f"Rank 1 is the dearest language of {len(names)}; those that move most are named. Ranks per line agree with "
        f"ranks per byte to {rho[1]:.2f} and per character to {rho[2]:.2f} (Spearman). Per line: what the same content "
        "costs; per byte and per character divide that by how long the text is, so that a language with long spellings "
        "looks cheap."
    )
    _taken_apart(context, row, columns, value[0])


def _side_by_side(context: PremiumContext, row: int) -> None:
    """Premiums by each unit, a dot per tokenizer, for the dearest languages."""
    rows, value = beside(context, row), context.premiums("line").value[row]
    known = sorted((c for c in context.columns if not np.isnan(value[c])), key=lambda c: -float(value[c]))
    columns = known[:_AT_ONCE]
    if not columns:
        st.info(f"No language found has a premium with {context.label(row)}.", icon=":material/block:")
        return
    panels = [
        panel(
            f"per {per}, × {context.base_label}",
            context.premiums(per),
            rows,
            columns,
            _words(context, per, rows, columns),
        )
        for per in PER
    ]
    names = [context.language(c) for c in columns]
    cells = [(one, c) for c in columns for one in rows]
    chart = Chart(
        "units_beside",
        side_by_side(names, [context.label(one) for one in rows], [context.colour(one) for one in rows], panels),
        f"Premiums per line, byte and character of {len(names)} languages with {len(rows)} tokenizers.",
        lambda: units_table(context, cells),
        {"Language": st.column_config.TextColumn(pinned=True)},
        cells_beside(rows, columns, len(panels)),
    )
    show(chart, context, "Token premiums")
    st.caption(
        f"The {len(names)} languages dearest per line with {context.label(row)}; each dot is a tokenizer, its bar the "
        "95 % interval, the faint line runs from the cheapest to the dearest. Per line all differences count; per byte "
        "and per character the length of the text is divided out, and what is left is the tokenizer's doing."
    )


def _words(context: PremiumContext, per: Per, rows: Sequence[int], columns: Sequence[int]) -> list[list[str]]:
    found = context.premiums(per)

    def words(cell: tuple[int, int]) -> str:
        numbers = (float(found.value[cell]), float(found.low[cell]), float(found.high[cell]))
        return sentence(context.language(cell[1]), context.label(cell[0]), context.base_label, per, *numbers)

    return [[words((row, column)) for column in columns] for row in rows]


def units_table(context: PremiumContext, cells: Sequence[tuple[int, int]]) -> pd.DataFrame:
    """A row per language and tokenizer: its premium by each unit."""
    found = {per: context.premiums(per) for per in PER}
    return pd.DataFrame(
        {
            "Language": [context.language(column) for _, column in cells],
            "Tokenizer": [context.label(row) for row, _ in cells],
            **{
                f"Per {per}{end}": [round(float(side[cell]), 3) for cell in cells]
                for per, one in found.items()
                for end, side in (("", one.value), (" low", one.low), (" high", one.high))
            },
        }
    )


def _ends(premiums: Sequence[Premiums], cells: Sequence[tuple[int, int]]) -> np.ndarray:
    """Both ends of the intervals of cells by each unit, (3, 2, L)."""
    return np.array([[[side[cell] for cell in cells] for side in (one.low, one.high)] for one in premiums])


def _taken_apart(context: PremiumContext, row: int, columns: Sequence[int], premium: np.ndarray) -> None:
    table = context.table
    n_bytes, n_characters = (
        size_premium(table, sizes, context.base)[list(columns)] for sizes in (table.n_bytes, table.n_characters)
    )
    parts = np.stack([n_characters, n_bytes / n_characters, premium / n_bytes])  # (3, L)
    order = np.argsort(-premium, kind="stable")[:_AT_ONCE]
    names = [context.language(columns[n]) for n in order]
    cells = [(row, columns[n]) for n in order]
    chart = Chart(
        "parts",
        parts_figure(names, parts[:, order], premium[order], f"× {context.base_label}"),
        f"Premiums of {len(names)} languages with {context.label(row)} as products of text length, UTF-8 and "
        f"tokenizer. {names[0]}: {' × '.join(times(float(p)) for p in parts[:, order[0]])}.",
        lambda: pd.DataFrame(
            {
                "Language": [context.language(c) for c in columns],
                **{part: parts[n].round(3) for n, (part, *_) in enumerate(_PARTS)},
                "Premium per line": premium.round(3),
            }
        ),
        {"Language": st.column_config.TextColumn(pinned=True)},
        dict.fromkeys(range(len(_PARTS)), cells),
    )
    st.markdown("**What the text, UTF-8 and the tokenizer each cost**")
    show(chart, context, "Token premiums")
    st.caption(
        f"Premium per line = characters of the text × bytes of a character × tokens of a byte, each against "
        f"{context.base_label}; on a log axis factors lie end to end, those below 1 to the left. Text and UTF-8 "
        "together are the premium of the tokenizer “UTF-8 bytes”, and no tokenizer's doing: only the last factor is. "
        f"It is below 1 where {context.label(row)} compresses better than in {context.base_label}. The {len(names)} "
        "dearest; the numbers have all."
    )


def moved_most(rank: np.ndarray) -> list[int]:
    """At most eight languages, those whose rank changes most between any two of the units, (3, L).

    >>> moved_most(np.array([[1, 2, 3], [3, 2, 1], [1, 2, 3]]))[:2]
    [0, 2]
    """
    return [int(n) for n in np.argsort(-(rank.max(0) - rank.min(0)), kind="stable")[:_NAMED]]


def unit_table(names: Sequence[str], value: np.ndarray, rank: np.ndarray, ends: np.ndarray) -> pd.DataFrame:
    """A row per language: its premium by each unit with its interval, its rank from the dearest, how the rank changes.

    Args:
        value, rank: (3, L).
        ends: of the intervals, (3, 2, L).

    >>> value = np.array([[2.0, 1.0], [0.5, 1.0], [2.0, 1.0]])
    >>> rank, ends = np.stack([ranks(one) for one in value]), np.stack([value - 0.1, value + 0.1], 1)
    >>> found = unit_table(["x", "y"], value, rank, ends)
    >>> found["Byte against line"].tolist(), found["Per byte high"].tolist()
    ([1, -1], [0.6, 1.1])
    """
    place = value.shape[1] + 1 - rank  # from the dearest
    table = {"Language": names}
    for per, v, (low, high), p in zip(PER, value, ends, place, strict=True):
        table |= {f"Per {per}": v.round(3), f"Per {per} low": low.round(3), f"Per {per} high": high.round(3)}
        table[f"Rank per {per}"] = p
    return pd.DataFrame(
        table | {"Byte against line": place[1] - place[0], "Character against line": place[2] - place[0]}
    )


def bump_figure(names: Sequence[str], value: np.ndarray, rank: np.ndarray, named: Sequence[int]) -> go.Figure:
    """A line per language over its ranks by three units, the dearest on top; some named, with colour and symbol.

    >>> value = np.array([[2.0, 1.0], [0.5, 1.0], [2.0, 1.0]])
    >>> figure = bump_figure(["x", "y"], value, np.stack([ranks(one) for one in value]), [0])
    >>> list(figure.data[1].y)
    [1, 2, 1]
    """
    n_languages = value.shape[1]
    place = n_languages + 1 - rank

    def words(n: int) -> str:
        return f"{names[n]}: " + ", ".join(
            f"{times(v)} per {per} (rank {p})" for per, v, p in zip(PER, value[:, n], place[:, n], strict=True)
        )

    others = [n for n in range(n_languages) if n not in named]
    at = [0, 1, 2]
    traces = [
        go.Scatter(
            x=[x for _ in others for x in (*at, None)],
            y=[y for n in others for y in (*place[:, n].tolist(), None)],
            mode="lines+markers",
            line={"color": FAINT, "width": 1},
            marker={"size": 2, "color": FAINT},
            unselected={"marker": {"opacity": 1}},
            customdata=[text for n in others for text in [words(n)] * 4],
            hovertemplate="%{customdata}<extra></extra>",
        )
    ]
    traces += [
        go.Scatter(
            x=at,
            y=place[:, n].tolist(),
            mode="lines+markers",
            line={"color": OKABE_ITO[k % len(OKABE_ITO)], "width": 2.5},
            marker={"size": 9, "symbol": SYMBOLS[k % len(SYMBOLS)]},
            unselected={"marker": {"opacity": 1}},
            customdata=[words(n)] * 3,
            hovertemplate="%{customdata}<extra></extra>",
        )
        for k, n in enumerate(named)
    ]
    figure = go.Figure(traces)
    called = [names[n] for n in named]
    name_ends(figure, 2, [float(place[-1, n]) for n in named], called, n_languages / 24)
    return finish(
        figure,
        520,
        margin=room_for(called),
        xaxis={
            "tickvals": at,
            "ticktext": [f"per {per}" for per in PER],
            "range": [-0.06, 2.02],
            "gridcolor": FAINT,
            "side": "top",
        },
        yaxis={
            "title": "rank, dearest first",
            "range": [n_languages + 2, -1],
            "gridcolor": GRID,
            "tickvals": [1, *range(25, n_languages + 1, 25)],
        },
    )


def parts_figure(names: Sequence[str], parts: np.ndarray, premium: np.ndarray, title: str) -> go.Figure:
    """Factors as bars end to end on a log axis, above 1 to the right and below 1 to the left; the product is a mark.

    >>> figure = parts_figure(["x"], np.array([[2.0], [0.5], [4.0]]), np.array([4.0]), "")
    >>> [(float(bar.base[0]), float(bar.x[0])) for bar in figure.data[:3]], float(figure.data[3].x[0])
    ([(0.0, 1.0), (0.0, -1.0), (1.0, 2.0)], 2.0)
    """
    doublings = np.log2(parts)
    rows = list(range(len(names)))
    traces: list[go.Bar | go.Scatter] = []
    for n, (name, what, colour, pattern) in enumerate(_PARTS):
        before = doublings[:n]
        same = np.where(np.sign(before) == np.sign(doublings[n]), before, 0.0).sum(0)
        traces.append(
            go.Bar(
                y=rows,
                x=doublings[n],
                base=same,
                orientation="h",
                name=name,
                marker={
                    "color": colour,
                    "pattern": {"shape": pattern, "size": 6, "solidity": 0.2, "fillmode": "overlay"},
                },
                unselected={"marker": {"opacity": 1}},
                customdata=[f"{names[k]}: {times(float(parts[n, k]))} times the {what}" for k in rows],
                hovertemplate="%{customdata}<extra></extra>",
            )
        )
    traces.append(
        go.Scatter(
            y=rows,
            x=np.log2(premium),
            mode="markers",
            name="Premium",
            marker={"symbol": "diamond", "size": 8, "color": "white", "line": {"width": 2, "color": "#1a2230"}},
            customdata=[f"{names[k]}: premium {times(float(premium[k]))}" for k in rows],
            hovertemplate="%{customdata}<extra></extra>",
        )
    )
    high = np.where(doublings > 0, doublings, 0.0).sum(0).max(initial=0.0)
    low = np.where(doublings < 0, doublings, 0.0).sum(0).min(initial=0.0)
    marks, texts = ticks(int(np.floor(low)), int(np.ceil(high)))
    figure = go.Figure(traces)
    figure.add_vline(x=0, line={"color": LINE, "width": 1, "dash": "dot"})
    return finish(
        figure,
        24 * len(names) + 110,
        barmode="overlay",
        bargap=0.25,
        showlegend=True,
        margin={"l": 4, "r": 4, "t": 30, "b": 4},
        legend={"orientation": "h", "y": 1, "yanchor": "bottom", "x": 0},
        xaxis={
            "tickvals": marks,
            "ticktext": texts,
            "title": title,
            "gridcolor": GRID,
            "range": [low - 0.1, high + 0.1],
        },
        yaxis=names_axis(names),
    )


VIEW = View(label="Units", place=60, draw=draw)
