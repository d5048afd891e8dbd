"""What changed from one tokenizer of a family to the next."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components.cached import premium as cached_premium
from components.charts.chart import FAINT, Chart, finish
from components.charts.named_ends import name_ends, room_for
from components.premium.context import PremiumContext
from components.premium.figure import Cell, show
from components.premium.linked import LINKED
from components.premium.scale import log_axis
from components.premium.side_by_side import SYMBOLS
from components.premium.verdicts import ALIKE, UNTESTED, how_tested, margin_input, verdicts, words
from components.widgets.colours import OKABE_ITO
from components.widgets.view import View
from core.common.numbers import times
from core.premium.differences import change, too_few

FAMILIES = {
    "OpenAI": ("gpt-2", "cl100k", "o200k"),
    "Meta": ("llama-2", "llama-3", "llama-4"),
    "Google": ("gemma-2", "gemma-3"),
    "Alibaba": ("qwen", "qwen-3.6"),
    "DeepSeek": ("deepseek-coder", "deepseek-llm", "deepseek-v4"),
    "Mistral": ("mistral-v1", "tekken-240718"),
    "SuperBPE": ("bpe-200k", "superbpe-200k"),
}
_CHOSEN = "Chosen"
_NAMED = 8
_ABOUT = f"Generations of one family; {_CHOSEN.lower()}: the tokenizers of the page, in their order."
_GREY, _FAINT_GREY = "rgba(128,140,160,.55)", "rgba(128,140,160,.35)"


def draw(context: PremiumContext) -> None:
    """A line per language from the oldest tokenizer of the family to the newest."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        family = LINKED.choice("Family", (*FAMILIES, _CHOSEN), "family", _ABOUT)
        margin = margin_input()
    here = [key for key in FAMILIES.get(family, ()) if key in context.keys]
    rows = [context.keys.index(key) for key in here] if family != _CHOSEN else list(context.rows)
    if len(rows) < 2:
        st.info("A change takes two tokenizers: choose more of this family, or another.", icon=":material/show_chart:")
        return
    base = context.table.language(context.base)
    columns = [c for c in context.columns if c != base and not np.isnan(context.found.value[rows, c]).any()]
    if not columns:
        st.info("No language found has a premium with all of these tokenizers.", icon=":material/block:")
        return
    value = context.found.value[np.ix_(rows, columns)]
    steps = [context.label(row) for row in rows]
    untested = too_few(context.table)
    if untested:
        low = high = np.full(len(columns), np.nan)
        said = np.full(len(columns), UNTESTED)
    else:
        compared = cached_premium.family(change, context.stamp, context.table, rows[0], rows[-1], context.base)
        low, high, said = compared.low[columns], compared.high[columns], verdicts(compared, margin)[columns]
    told_apart = ~np.isin(said, ALIKE)
    names = [context.language(c) for c in columns]
    chosen = named(value, told_apart)
    cells = [[(row, c) for row in rows] for c in columns]
    n_lower, n_higher = (int((told_apart & (sign * (value[-1] - value[0]) > 0)).sum()) for sign in (-1, 1))
    chart = Chart(
        "slope",
        slope_figure(steps, names, value, told_apart, chosen, context.axis),
        f"Premiums from {steps[0]} to {steps[-1]}: lower in {n_lower} of {len(columns)} languages, higher in "
        f"{n_higher}.",
        lambda: changes(steps, names, value, (low, high), [words(each, margin) for each in said]),
        cells=cells_of(cells, told_apart, chosen),
    )
    show(chart, context, "Change of token premiums")
    of_these = (
        untested
        if untested
        else f"In {int((said == 'small').sum())} of these it changes by less than {100 * margin:.3g} %, and in "
        f"{len(columns) - n_lower - n_higher}, which are dotted, it cannot be told apart "
        f"({how_tested(compared, context.table.drawn, 'languages, shown or not')})."
    )
    st.caption(
        f"A line is a language; those that changed most are named. From {steps[0]} to {steps[-1]} the premium "
        f"over {context.base_label} falls in {n_lower} of {len(columns)} languages and rises in {n_higher}. "
        f"{of_these} A premium compares languages: it can rise while the language itself takes fewer tokens, if the "
        "base gains more."
    )


def named(value: np.ndarray, told_apart: np.ndarray) -> list[int]:
    """Languages to name: at most eight, those whose premium changed most from the first tokenizer to the last.

    >>> named(np.array([[1.0, 4.0, 2.0], [1.1, 2.0, 2.0]]), np.array([True, True, False]))
    [1, 0]
    """
    change = np.abs(np.log(value[-1] / value[0]))
    return [int(n) for n in np.argsort(-change, kind="stable") if told_apart[n]][:_NAMED]


def _parts(told_apart: np.ndarray, named: Sequence[int]) -> tuple[list[int], list[int]]:
    """Languages without a name: those that changed, and those that cannot be told apart."""
    others = [n for n in range(len(told_apart)) if n not in named]
    return [n for n in others if told_apart[n]], [n for n in others if not told_apart[n]]


def cells_of(
    cells: Sequence[Sequence[Cell]], told_apart: np.ndarray, named: Sequence[int]
) -> dict[int, Sequence[Cell]]:
    """The cell of every point of `slope_figure`, by trace; gaps between lines stand for the point before them."""
    clear, alike = ([cell for n in part for cell in (*cells[n], cells[n][-1])] for part in _parts(told_apart, named))
    return {0: clear, 1: alike} | {2 + place: cells[n] for place, n in enumerate(named)}


def changes(
    steps: Sequence[str],
    names: Sequence[str],
    value: np.ndarray,
    ends: tuple[np.ndarray, np.ndarray],
    said: Sequence[str],
) -> pd.DataFrame:
    """A row per language: its premium at each step, the ratio of the last to the first with both ends of its interval,
    and the verdict on it."""
    return pd.DataFrame(
        {
            "Language": names,
            **{step: row.round(3) for step, row in zip(steps, value, strict=True)},
            "Last / first": (value[-1] / value[0]).round(3),
            "Low": ends[0].round(3),
            "High": ends[1].round(3),
            "Verdict": list(said),
        }
    )


def slope_figure(
    steps: Sequence[str],
    names: Sequence[str],
    value: np.ndarray,
    told_apart: np.ndarray,
    named: Sequence[int],
    title: str,
) -> go.Figure:
    """Lines over the steps (S) for every language (L), `value` being (S, L): grey, dotted where not told apart; some
    named, each with a colour and a symbol.

    >>> apart = np.array([False, True])
    >>> figure = slope_figure(["a", "b"], ["x", "y"], np.array([[1.0, 4.0], [1.0, 2.0]]), apart, [1], "")
    >>> len(figure.data), figure.layout.annotations[0].text
    (3, '<span style="color:#0072B2">●</span> y')
    """
    at = list(range(len(steps)))

    def words(n: int) -> str:
        path = " → ".join(f"{times(v)} ({step})" for v, step in zip(value[:, n], steps, strict=True))
        return f"{names[n]}: {path}" + ("" if told_apart[n] else ", not told apart")

    traces = [
        go.Scatter(
            x=[x for _ in part for x in (*at, None)],
            y=[y for n in part for y in (*value[:, n].tolist(), None)],
            mode="lines+markers",
            line={"color": _FAINT_GREY, "width": 1, "dash": dash},
            marker={"size": 4, "color": _GREY},
            unselected={"marker": {"opacity": 1}},
            customdata=[text for n in part for text in [words(n)] * (len(at) + 1)],
            hovertemplate="%{customdata}<extra></extra>",
        )
        for part, dash in zip(_parts(told_apart, named), ("solid", "dot"), strict=True)
    ]
    traces += [
        go.Scatter(
            x=at,
            y=value[:, n],
            mode="lines+markers",
            line={"color": OKABE_ITO[place % len(OKABE_ITO)], "width": 2.5},
            marker={"size": 9, "symbol": SYMBOLS[place % len(SYMBOLS)]},
            unselected={"marker": {"opacity": 1}},
            customdata=[words(n)] * len(at),
            hovertemplate="%{customdata}<extra></extra>",
        )
        for place, n in enumerate(named)
    ]
    figure = go.Figure(traces)
    low, high = min(1.0, float(value.min())), max(1.0, float(value.max()))
    called = [names[n] for n in named]
    name_ends(figure, at[-1], [float(np.log10(value[-1, n])) for n in named], called, float(np.log10(high / low)) / 22)
    return finish(
        figure,
        520,
        margin=room_for(called),
        yaxis=log_axis(low, high, title),
        xaxis={
            "tickvals": at,
            "ticktext": list(steps),
            "range": [-0.08 * at[-1], at[-1] * 1.01],
            "showgrid": True,
            "gridcolor": FAINT,
        },
    )


VIEW = View(label="Slope", place=50, draw=draw)
