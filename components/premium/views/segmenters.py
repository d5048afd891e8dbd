"""How many chunks segmenters make of the same sentences, by language, beside tokenizers."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components.cached import premium as cached_premium
from components.charts.chart import Chart, finish, names_axis, numbers_fold, upright
from components.premium.context import PremiumContext
from components.premium.figure import ONE, plot
from components.premium.linked import LINKED
from components.premium.scale import log_axis, sentence, title_across
from components.premium.sources import sources
from components.premium.texts import COUNTED
from components.premium.views.groups import spread
from components.widgets.fold import is_kept
from components.widgets.save_table import save_table
from components.widgets.view import View
from core.premium.chunks import PART, SENTENCES, chunk_index
from core.premium.workbench import PremiumChoice, Workbench, workbench
from core.stats.inequality import known
from core.text.languages import language

_USUAL = ("learned:hnet", "learned:magnet", "learned:magnet?prior=equal", "learned:mrt5", "learned:entropy")
_SEGMENTER, _TOKENIZER = "#0d9488", "#64748b"


@dataclass(frozen=True, eq=False)
class ChunkRow:
    """Premiums of a segmenter or tokenizer, a row of the picture.

    Args:
        key: in links.
        label: for people.
        value: premiums, (L,).
        hover: of each in words.
        unread: whether it learnt, and never from this language, (L,).
    """

    key: str
    label: str
    value: np.ndarray
    hover: Sequence[str]
    unread: np.ndarray


def draw(context: PremiumContext) -> None:
    """Dots by language for each, how even they are, and all numbers to take away."""
    if context.corpus:
        st.info(
            "What ships of segmenters are counts on FLORES-200. Choose it as the text, or choose a segmenter among the "
            "tokenizers to have it counted on this one.",
            icon=":material/article:",
        )
        return
    index = chunk_index()
    names = {key: one.label for key, one in index.segmenters.items()}
    chosen = LINKED.several("Segmenters", names, "segmenters_shown", [key for key in _USUAL if key in names])
    keys = [*chosen, *(key for row in context.rows if (key := context.keys[row]) not in names)]
    if not chosen:
        st.info("Choose a segmenter.", icon=":material/checklist:")
        return
    bench = workbench(_choice(context, keys), sources())
    rows = [_row(bench, key, context) for key in keys]
    n_unread = sum(code not in index.learnt_from for code in _codes(context))
    chart = Chart(
        "segmenter_dots",
        chunks_figure(rows, title_across(context.axis)),
        f"Premiums of {len(chosen)} segmenters and {len(rows) - len(chosen)} tokenizers in {len(context.columns)} "
        f"languages. {_most_even(bench, rows, context)}",
        lambda: premium_table(rows, _codes(context)),
    )
    plot(chart, context)
    st.caption(
        f"A dot is a language: chunks, or tokens, for one of the same {SENTENCES} sentences of FLORES-200 {PART} in "
        f"{context.base_label}. A hollow dot is a language that the segmenter never read, {n_unread} of "
        f"{len(context.columns)}; for those in a script of none of the {len(index.learnt_from)} that it read, where it "
        "cuts means little. Of MrT5 a chunk is a byte that is kept. Equal-information windows and dynamic tokenization "
        "are not counted."
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        numbers_fold(chart)
        if not is_kept():
            save_table(partial(chunk_table, bench, keys, _columns(context)), "chunks_per_sentence")
            st.button(
                "Show them on the whole page",
                icon=":material/add:",
                type="tertiary",
                on_click=partial(_add, chosen),
                help=f"Ranking, map and tables are then of these {SENTENCES} sentences.",
                key="segmenters_add",
            )
    st.markdown("**How even**")
    st.dataframe(_evenness(bench, rows, context), hide_index=True, key="segmenters_even", placeholder="–")
    st.caption(
        "Gini of the premiums, 0 if all languages cost the same; brackets are 95 % intervals over articles. Seven "
        "scripts have a prior of their own in MAGNET; all others are cut as Latin is. Each learnt one is of one seed. "
        "To count a segmenter on all sentences, add it under Yours, as learned:hnet: some fifteen minutes of a "
        "processor."
    )


def _add(chosen: Sequence[str]) -> None:
    st.session_state[COUNTED] = list(dict.fromkeys([*st.session_state[COUNTED], *chosen]))


def _choice(context: PremiumContext, keys: Sequence[str]) -> PremiumChoice:
    return PremiumChoice(
        keys=tuple(keys), base=context.base, corpus="", part=PART, sort=context.sort, per=context.per, search=""
    )


def _columns(context: PremiumContext) -> list[int]:
    return list(context.columns)


def _codes(context: PremiumContext) -> list[str]:
    return [context.table.languages[column] for column in context.columns]


def _row(bench: Workbench, key: str, context: PremiumContext) -> ChunkRow:
    k, columns, index = bench.keys.index(key), _columns(context), chunk_index()
    label, found = bench.table.tokenizers[k].label, bench.found
    unread = np.array([index.unread(key, code) for code in _codes(context)])
    cells = np.stack([found.value, found.low, found.high], -1)[k, columns].tolist()  # (L, 3)
    hover = [
        sentence(context.language(c), label, context.base_label, context.per, *cell)
        + ("<br>It never read this language." if never else "")
        for c, never, cell in zip(columns, unread, cells, strict=True)
    ]
    return ChunkRow(key, label, found.value[k, columns], hover, unread)


def chunks_figure(rows: Sequence[ChunkRow], title: str) -> go.Figure:
    """Dots by language in a row each; hollow where a segmenter never read the language.

    >>> row = ChunkRow("learned:a", "A", np.array([1.0, 2.0]), ["x", "y"], np.array([False, True]))
    >>> chunks_figure([row], "").data[0].marker.symbol
    ('circle', 'circle-open')
    """
    every = np.concatenate([known(row.value) for row in rows])
    traces = [
        go.Scatter(
            x=row.value,
            y=[n + spread(place) for place in range(len(row.value))],
            mode="markers",
            marker={
                "color": _SEGMENTER if row.key in chunk_index().segmenters else _TOKENIZER,
                "size": np.where(row.unread, 6, 8).tolist(),
                "symbol": np.where(row.unread, "circle-open", "circle").tolist(),
                "opacity": np.where(row.unread, 0.5, 0.9).tolist(),
            },
            customdata=list(row.hover),
            hovertemplate="%{customdata}<extra></extra>",
        )
        for n, row in enumerate(rows)
    ]
    return finish(
        go.Figure(traces),
        38 * len(rows) + 90 + 18 * title.count("<br>"),
        xaxis=log_axis(float(every.min()), float(every.max()), title),
        yaxis=names_axis([row.label for row in rows]),
        shapes=[upright(1, ONE)],
    )


def premium_table(rows: Sequence[ChunkRow], codes: Sequence[str]) -> pd.DataFrame:
    """A row per language, a column per segmenter or tokenizer, and whether segmenters read it."""
    return pd.DataFrame(
        {
            "Language": [language(code).label for code in codes],
            "Segmenters read it": ["yes" if code in chunk_index().learnt_from else "no" for code in codes],
            **{row.label: row.value.round(3) for row in rows},
        }
    )


def chunk_table(bench: Workbench, keys: Sequence[str], columns: Sequence[int]) -> pd.DataFrame:
    """Chunks, or tokens, of a sentence by language, and the facts that go with them."""
    table, codes = bench.table, [bench.table.languages[c] for c in columns]
    found = {
        "code": codes,
        "language": [language(code).name for code in codes],
        "segmenters_read_it": [code in chunk_index().learnt_from for code in codes],
        "bytes_per_sentence": table.n_bytes[columns].mean(1).round(2),
    }
    for key in keys:
        k = bench.keys.index(key)
        found[f"per_sentence {key}"] = table.tokens[k, columns].mean(1).round(3)
    return pd.DataFrame(found)


def _most_even(bench: Workbench, rows: Sequence[ChunkRow], context: PremiumContext) -> str:
    found = {row: gini for row in rows if (gini := _gini(bench, row, _codes(context)))}
    if not found:
        return ""
    row = min(found, key=found.__getitem__)
    seed = ", trained with one seed" if row.key in chunk_index().learnt else ""
    return f"Most even here is {row.label}{seed}, Gini {found[row]}."


def _evenness(bench: Workbench, rows: Sequence[ChunkRow], context: PremiumContext) -> pd.DataFrame:
    """Gini over the languages that were read, over those that never were, and over all of them."""
    codes, read = _codes(context), chunk_index().learnt_from
    groups = {
        f"Read by the segmenters, {sum(code in read for code in codes)}": [code for code in codes if code in read],
        f"Never read, {sum(code not in read for code in codes)}": [code for code in codes if code not in read],
        f"All, {len(codes)}": codes,
    }
    return pd.DataFrame(
        {"": [row.label for row in rows]}
        | {name: [_gini(bench, row, some) for row in rows] for name, some in groups.items()}
    )


def _gini(bench: Workbench, row: ChunkRow, codes: Sequence[str]) -> str:
    """With its interval; empty for fewer than two languages with a premium."""
    k = bench.keys.index(row.key)
    there = tuple(code for code in codes if not np.isnan(bench.found.value[k, bench.table.language(code)]))
    if len(there) < 2:
        return ""
    one = cached_premium.evenness_values(bench.stamp, bench.table, k, there, bench.found.base, bench.found.per)["Gini"]
    return f"{one.number:.3f} [{one.low:.3f}, {one.high:.3f}]"


VIEW = View(label="Segmenters", place=45, draw=draw)
