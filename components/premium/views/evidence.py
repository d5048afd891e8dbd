"""From one number to what is behind it: the interval, every sentence's ratio, and the sentences themselves."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components.cached import premium as cached_premium
from components.cached import tokenizers as cached
from components.charts.chart import GRID, Chart, finish
from components.frame.errors import plain
from components.premium.brought.sentences import ShownSentences, cut, opens_here, public_specs, texts
from components.premium.choosers import one_language, one_tokenizer
from components.premium.context import PremiumContext
from components.premium.figure import ONE, bring_into_sight, show
from components.premium.linked import LINKED
from components.premium.scale import log_axis
from components.premium.second_text import on_second_text
from components.segmentation.rows import Row
from components.segmentation.token_view.component import token_view
from components.segmentation.view_model import token_view_of
from components.widgets.view import View
from components.widgets.view_options import ViewOptions
from core.common.numbers import count, times
from core.counting.table import CountTable
from core.premium.premium import Telling, sentence_ratios, telling, telling_sentences
from core.segmentation.costliest_words import Cost
from core.text.languages import language

_PLAIN = ViewOptions()
_AT_ONCE = 3
_FAR = 2.0  # ratios that all lie farther from 1 are drawn without it
_CUT = 200  # sentences that the costliest words and characters are looked for in

_WHICH = ("Dearest", "Typical", "Cheapest")


def draw(context: PremiumContext) -> None:
    """The cell that the user chooses, in a sentence, a histogram and its sentences."""
    bring_into_sight()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        column, row = one_language(context), one_tokenizer(context)
        kind = LINKED.choice("Sentences to show", _WHICH, "sentences")
    reason = context.found.reasons.get((row, column))
    if reason:
        st.info(plain(context.why_none(row, column)), icon=":material/block:")
    else:
        st.markdown(f"**{plain(context.sentence(row, column))}**")
        if second := on_second_text(context, row, column):
            st.caption(plain(second))
    code = context.table.languages[column]
    ratios = sentence_ratios(context.table, row, code, context.base)
    known = ratios[~np.isnan(ratios) & (ratios > 0)]
    if len(known):
        premium = ratio_of_sums(context.table, row, column, _base(context))
        chart = Chart(
            "ratios",
            ratios_figure(known, premium, f"tokens of a sentence, × {context.base_label}"),
            f"Ratios of {count(len(known))} sentences, {times(premium)} together; middle half from {_quarters(known)}.",
            lambda: sentence_table(context, row, column),
        )
        show(chart, context, "Token ratios of sentences")
        st.caption(
            f"{count(len(known))} sentences, each with its own ratio; the middle half lies from {_quarters(known)}. "
            "The premium (line) is the ratio of sums, in which long sentences weigh more."
        )
    found = texts(context, (code, context.base))
    if found.remark:
        st.info(plain(found.remark), icon=":material/download:")
    if found.corpus is None:
        st.caption(f"The sample that ships has no {context.language(column)} either.")
        return
    spec = opens_here(context, row)
    if spec is None:
        st.caption(
            f"To see the tokens, {plain(context.label(row))} must be on this machine: add it on the page Segmentation, "
            f"such as {plain(' or '.join(public_specs(context, row)) or 'from its file')}."
        )
        if not found.counted:
            return
    _sentences(context, row, column, kind, found, spec)
    if spec is not None:
        _costliest(context, column, found, spec)


def _base(context: PremiumContext) -> int:
    return context.table.language(context.base)


def ratio_of_sums(table: CountTable, row: int, column: int, base: int) -> float:
    """Tokens of the sentences that a language shares with the base, over the base's of the same sentences."""
    both = table.present[column] & table.present[base]
    own, of_base = (int(table.tokens[row, one, both].sum()) for one in (column, base))
    return own / of_base


def _quarters(ratios: np.ndarray) -> str:
    low, high = np.quantile(ratios, [0.25, 0.75])
    return f"{times(float(low))} to {times(float(high))}"


def ratios_figure(ratios: np.ndarray, premium: float, title: str) -> go.Figure:
    """A histogram on a log axis, with lines at the premium and, unless all ratios lie far from it, at 1.

    >>> int(sum(ratios_figure(np.array([1.0, 2.0, 2.0]), 1.7, "").data[0].y))
    3
    >>> [len(ratios_figure(np.array(found), 9.0, "").layout.shapes) for found in ([1.5, 9.0], [9.0])]
    [2, 1]
    """
    low, high = float(ratios.min()), float(ratios.max())
    around_one = low < _FAR and high > 1 / _FAR
    low, high = (min(0.95, low), max(1.05, high)) if around_one else (low / 1.05, high * 1.05)
    edges = np.geomspace(low, high * 1.0001, 49)
    counts, _ = np.histogram(ratios, edges)
    figure = go.Figure(
        go.Bar(
            x=np.sqrt(edges[:-1] * edges[1:]),
            y=counts,
            width=np.diff(edges) * 0.94,
            marker={"color": "rgba(111,143,190,.75)", "line": {"width": 0}},
            customdata=[
                f"{n} sentences from {times(a)} to {times(b)}"
                for n, a, b in zip(counts.tolist(), edges[:-1].tolist(), edges[1:].tolist(), strict=True)
            ],
            hovertemplate="%{customdata}<extra></extra>",
        )
    )
    if around_one:
        figure.add_vline(x=1, line=ONE)
    figure.add_vline(x=premium, line={"color": "#D55E00", "width": 2})
    figure.add_annotation(  # on a log axis a place is a logarithm
        x=float(np.log10(premium)),
        y=1,
        yref="paper",
        yanchor="bottom",
        showarrow=False,
        text=f"premium {times(premium)}",
    )
    return finish(
        figure,
        240,
        margin={"l": 4, "r": 4, "t": 24, "b": 4},
        xaxis=log_axis(low, high, title),
        yaxis={"title": "sentences", "gridcolor": GRID},
    )


def sentence_table(context: PremiumContext, row: int, column: int) -> pd.DataFrame:
    """A row per sentence: its number, its tokens in both languages, and their ratio."""
    own, base = (context.table.tokens[row, c].astype(np.int64) for c in (column, _base(context)))
    ratios = sentence_ratios(context.table, row, context.table.languages[column], context.base)
    return pd.DataFrame(
        {
            "Sentence": np.arange(1, len(own) + 1),
            f"Tokens in {context.language(column)}": own,
            f"Tokens in {context.base_label}": base,
            "Ratio": ratios.round(3),
        }
    )


def _sentences(
    context: PremiumContext, row: int, column: int, kind: str, found: ShownSentences, spec: str | None
) -> None:
    """Sentences side by side in both languages, with their tokens where the tokenizer is here."""
    assert found.corpus is not None, "the caller has looked"
    codes = context.table.languages[column], context.base
    if found.counted:
        told = telling_sentences(context.table, row, codes[0], codes[1], _AT_ONCE)
        counts = [context.table.tokens[row, c] for c in (column, _base(context))]
    else:
        assert spec is not None, "without a tokenizer nothing is known of the sample"
        counts = [
            np.array([s.n_tokens for s in cut(spec, found.corpus, code, found.corpus.n_sentences)]) for code in codes
        ]
        told = telling(counts[0], counts[1], _AT_ONCE)
        st.markdown(f"Instead, sentences of the sample that ships ({found.corpus.n_sentences} sentences):")
    for number in _chosen(told, kind):
        tokens = [int(side[number]) for side in counts]
        with st.container(border=True):
            st.caption(
                f"Sentence {count(number + 1)}: {tokens[0]} tokens against {tokens[1]}, {times(tokens[0] / tokens[1])}×"
            )
            for place, (side, code, n) in enumerate(zip(st.columns(2), codes, tokens, strict=True)):
                with side:
                    st.caption(f"{language(code).label} · {n} tokens")
                    _one(context, row, spec, found.corpus.sentences[code][number], f"{place}_{code}_{number}")
    st.caption(
        f"Sentences whose length in {context.base_label} is under half the median are left out. {found.corpus.licence}."
    )


def _chosen(told: Telling, kind: str) -> Sequence[int]:
    return {"Dearest": told.worst, "Typical": told.typical, "Cheapest": told.best}[kind]


def _one(context: PremiumContext, row: int, spec: str | None, sentence: str, key: str) -> None:
    if spec is None:
        st.text(sentence)
        return
    segmentation = cached.segmentation(spec, sentence, False, False)
    opened = Row(
        spec, cached.tokenizer(spec), segmentation, context.colours[context.rows.index(row)], context.label(row)
    )
    token_view(token_view_of([opened], sentence, (0, len(sentence)), _PLAIN), key=f"evidence_{key}_{row}")


def _costliest(context: PremiumContext, column: int, found: ShownSentences, spec: str) -> None:
    """The characters and words that cost most, found in a part of the text."""
    assert found.corpus is not None, "the caller has looked"
    most = min(_CUT, found.corpus.n_sentences)
    words, characters = cached_premium.costliest(spec, found.corpus.spec, context.table.languages[column], most)
    st.markdown(f"**What costs most in {plain(context.language(column))}**")
    for side, name, costs in zip(st.columns(2), ("Characters", "Words"), (characters, words), strict=True):
        with side:
            if costs:
                st.dataframe(
                    cost_table(costs, name), hide_index=True, key=f"costliest_{name}", height=300, placeholder="–"
                )
            else:
                st.info("No words: this script writes no spaces between them.", icon=":material/space_bar:")
    st.caption(
        f"In the first {most} sentences of {plain(found.corpus.label)}: tokens that overlap each, per occurrence. "
        "Characters are what a reader calls so (grapheme clusters), spaces aside; a token that covers several counts "
        "for each."
    )


def cost_table(costs: Sequence[Cost], name: str) -> pd.DataFrame:
    """A row per character or word, the dearest first.

    >>> cost_table([Cost("ß", 2, 4)], "Characters")["Tokens each"].tolist()
    [2.0]
    """
    return pd.DataFrame(
        {
            name: [cost.text for cost in costs],
            "Tokens each": [round(cost.tokens_each, 2) for cost in costs],
            "Occurrences": [cost.n_times for cost in costs],
            "Tokens": [cost.n_tokens for cost in costs],
        }
    )


VIEW = View(label="Evidence", place=100, draw=draw)
