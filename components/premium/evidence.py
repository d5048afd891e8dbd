"""From one number to what is behind it: the interval, every sentence's ratio, and the sentences themselves."""

from pathlib import Path

import numpy as np
import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components import cached
from components.errors import plain
from components.premium.at_hand import AtHand
from components.premium.choosers import one_language, one_tokenizer
from components.premium.figure import GRID, ONE, Chart, finish, show
from components.premium.scale import log_axis, times
from components.rows import Row
from components.score import token_view_of
from components.token_view.component import token_view
from components.view_options import ViewOptions
from core.corpus import Corpus
from core.errors import UserError
from core.languages import language
from core.premium import sentence_ratios, telling_sentences
from core.tokenizer import Specials
from core.yours import in_link

_PLAIN = ViewOptions(False, False, False, 1.0, Specials(), None, None)
_AT_ONCE = 3


def draw(at_hand: AtHand) -> None:
    """The cell that the user chooses, in a sentence, a histogram and its sentences."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        column, row = one_language(at_hand), one_tokenizer(at_hand)
        kind = st.segmented_control(
            "Sentences to show",
            ["Dearest", "Typical", "Cheapest"],
            default="Dearest",
            required=True,
            key="sentences",
            bind="query-params",
        )
    reason = at_hand.found.reasons.get((row, column))
    if reason:
        st.info(f"Masked: {at_hand.sentence(row, column)}", icon=":material/block:")
    else:
        st.markdown(f"**{plain(at_hand.sentence(row, column))}**")
    code = at_hand.table.languages[column]
    ratios = sentence_ratios(at_hand.table, row, code, at_hand.base)
    known = ratios[~np.isnan(ratios) & (ratios > 0)]
    if len(known):
        premium = float(np.nansum(at_hand.table.tokens[row, column]) / at_hand.table.tokens[row, _base(at_hand)].sum())
        chart = Chart(
            "ratios",
            ratios_figure(known, premium, f"tokens of a sentence, × {at_hand.base_label}"),
            f"Ratios of {len(known):,} sentences, {times(premium)} together; middle half from {_quarters(known)}.",
            lambda: sentence_table(at_hand, row, column),
        )
        show(chart, at_hand)
        st.caption(
            f"{len(known):,} sentences, each with its own ratio; the middle half lies from {_quarters(known)}. The "
            "premium (line) is the ratio of sums, in which long sentences weigh more."
        )
    _sentences(at_hand, row, column, kind)


def _base(at_hand: AtHand) -> int:
    return at_hand.table.language(at_hand.base)


def _quarters(ratios: np.ndarray) -> str:
    low, high = np.quantile(ratios, [0.25, 0.75])
    return f"{times(float(low))} to {times(float(high))}"


def ratios_figure(ratios: np.ndarray, premium: float, title: str) -> go.Figure:
    """A histogram on a log axis, with lines at 1 and at the premium.

    >>> int(sum(ratios_figure(np.array([1.0, 2.0, 2.0]), 1.7, "").data[0].y))
    3
    """
    low, high = min(0.95, float(ratios.min())), max(1.05, float(ratios.max()))
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


def sentence_table(at_hand: AtHand, row: int, column: int) -> pd.DataFrame:
    """A row per sentence: its number, its tokens in both languages, and their ratio."""
    own, base = (at_hand.table.tokens[row, c].astype(np.int64) for c in (column, _base(at_hand)))
    ratios = sentence_ratios(at_hand.table, row, at_hand.table.languages[column], at_hand.base)
    return pd.DataFrame(
        {
            "Sentence": np.arange(1, len(own) + 1),
            f"Tokens in {at_hand.language(column)}": own,
            f"Tokens in {at_hand.base_label}": base,
            "Ratio": ratios.round(3),
        }
    )


def _sentences(at_hand: AtHand, row: int, column: int, kind: str) -> None:
    """Sentences side by side with their tokens where text and tokenizer are on this machine; else how to get them."""
    code = at_hand.table.languages[column]
    telling = telling_sentences(at_hand.table, row, code, at_hand.base, _AT_ONCE)
    numbers = {"Dearest": telling.worst, "Typical": telling.typical, "Cheapest": telling.best}[kind]
    try:
        text = cached.corpus(at_hand.text)
    except UserError as error:
        st.info(f"The sentences themselves are not shipped. {plain(str(error))}", icon=":material/download:")
        return
    if text.fingerprint != at_hand.table.corpus and not at_hand.part:
        st.warning(
            f"The copy of {plain(at_hand.table.corpus_label)} on this machine is not the text counted here, so no "
            "sentence is shown."
        )
        return
    missing = [each for each in (code, at_hand.base) if each not in text.languages]
    if missing:
        st.info(f"The copy of {plain(text.label)} on this machine lacks {missing[0]}.", icon=":material/download:")
        return
    tokenizer = _opened(at_hand, row)
    for number in numbers:
        tokens = [int(at_hand.table.tokens[row, c, number]) for c in (column, _base(at_hand))]
        with st.container(border=True):
            st.caption(
                f"Sentence {number + 1:,}: {tokens[0]} tokens against {tokens[1]}, {times(tokens[0] / tokens[1])}×"
            )
            sides = st.columns(2)
            for side, which in zip(sides, (code, at_hand.base), strict=True):
                with side:
                    _one(at_hand, row, tokenizer, text, which, number)
    if tokenizer is None:
        st.caption(
            f"To see the tokens, {at_hand.label(row)} must be on this machine: add it on the page Segmentation, "
            f"such as {' or '.join(_public(at_hand, row)) or 'from its file'}."
        )
    st.caption(f"Sentences whose length in {at_hand.base_label} is under half the median are left out. {text.licence}.")


def _one(at_hand: AtHand, row: int, spec: str | None, text: Corpus, code: str, number: int) -> None:
    sentence = text.sentences[code][number]
    st.caption(
        f"{language(code).label} · {int(at_hand.table.tokens[row, at_hand.table.language(code), number])} tokens"
    )
    if spec is None:
        st.text(sentence)
        return
    opened = Row(
        spec,
        cached.tokenizer(spec),
        cached.segmentation(spec, sentence, False, False),
        at_hand.colours[at_hand.rows.index(row)],
    )
    token_view(token_view_of([opened], sentence, (0, len(sentence)), _PLAIN), key=f"evidence_{code}_{number}_{row}")


def _public(at_hand: AtHand, row: int) -> list[str]:
    return [spec for spec in at_hand.table.tokenizers[row].opens if not spec.startswith("file:")]


def _opened(at_hand: AtHand, row: int) -> str | None:
    """A spec under which the tokenizer opens here without a network, or None; one that a user brought has been here."""
    one = at_hand.table.tokenizers[row]
    for spec in one.opens:
        kind, _, rest = spec.partition(":")
        if in_link(one) in at_hand.keys or kind in ("builtin", "mistral") or (kind == "file" and Path(rest).exists()):
            try:
                cached.tokenizer(spec)
            except UserError:
                continue
            return spec
    return None
