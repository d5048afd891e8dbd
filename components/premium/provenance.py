"""Why to trust the page: what is reproduced, where the counts come from, and a link to this very view."""

from collections.abc import Sequence
from urllib.parse import urlencode, urlsplit, urlunsplit

import numpy as np
import streamlit as st

from components.cached import premium as cached_premium
from components.frame.errors import plain
from components.premium.choosers import LANGUAGE, TOKENIZER
from components.premium.context import PremiumContext
from components.premium.controls import ABSENT, BASE, ENGLISH, OPENING
from components.premium.linked import LINKED
from components.premium.texts import CORPUS, COUNTED
from components.widgets.fold import is_filled
from components.widgets.page_link.component import page_link
from core.common.numbers import count
from core.common.public_link import public_link
from core.counting.table import CountedText
from core.premium.published import SOURCE, Reproduction
from core.text.languages import SOURCES

REPRODUCTION, DEFINITIONS = "reproduction", "definitions"  # what is made when it is opened


def badge_text(found: list[Reproduction]) -> str:
    """What the badge says: the most languages that a tokenizer reproduces, and how many tokenizers do.

    >>> badge_text([Reproduction("GPT-2", "GPT-2", 3, 4, ("a",)), Reproduction("X", "X", 4, 4, ())])
    'reproduces Petrov et al. 2023: 4 of 4 languages exactly · 1 of 2 tokenizers'
    """
    if not found:
        return "no published counts to compare with"
    best = max(found, key=lambda one: one.n_equal)
    as_good = sum(one.n_equal == best.n_equal for one in found)
    return (
        f"reproduces Petrov et al. 2023: {best.n_equal} of {best.n_languages} languages exactly · "
        f"{as_good} of {len(found)} tokenizers"
    )


def reproduction_badge() -> None:
    """The badge, worked out from the shipped counts, with each tokenizer on a click."""
    found = cached_premium.atlas_reproduction()
    place = st.popover(
        badge_text(found),
        icon=":material/verified:",
        type="tertiary",
        width="content",
        key=REPRODUCTION,
        on_change="rerun",
    )
    if place.open:
        with place:
            _reproduced(found)


def _reproduced(found: list[Reproduction]) -> None:
    st.markdown(
        "Our counts of each language as one text against the published ones, worked out now from the shipped data."
    )
    st.dataframe(
        {
            "Tokenizer": [one.tokenizer for one in found],
            "Published as": [one.column for one in found],
            "Equal": [f"{one.n_equal} of {one.n_languages}" for one in found],
            "Unequal": [", ".join(one.unequal) for one in found],
        },
        hide_index=True,
        placeholder="–",
    )
    st.caption(
        f"{SOURCE}. Their table has the first version of Qwen, which cuts text as ours does. XLM-R here is "
        "rebuilt from its vocabulary, so some of its counts differ."
    )
    st.caption(_NOT_COMPARED)


_NOT_COMPARED = (
    "Not compared, since their texts are not at hand: bytes per token of TokEval (FLORES+, a later edition, with other "
    "lines) and of tokka-bench (samples of FineWeb and StarCoder). Nor is single-token retention of STRR (Nayeem et "
    "al. 2025): its 1\u202f000 words a language are public, but under no licence with which they could ship, and it "
    "cuts them bare, where we look words up in their sentences."
)


def link(context: PremiumContext) -> None:
    """Keep the address in step with tokenizers and languages; Streamlit does so for the rest."""
    page_link(_parameters(context), key="premium_link")


def permalink(context: PremiumContext) -> str:
    """The address that shows this very view to others; empty where there is no browser or no public address."""
    if not st.context.url:
        return ""
    return public_link(urlunsplit((*urlsplit(st.context.url)[:3], _query(context), "")))


def relative_link(context: PremiumContext) -> str:
    """The same without a server's name."""
    return f"premium?{_query(context)}"


def _query(context: PremiumContext) -> str:
    query = {name: st.query_params.get_all(name) for name in st.query_params} | _parameters(context)
    query[COUNTED] = _tokenizers(context)  # named even where they are the usual ones, which change over the years
    return urlencode(query, doseq=True)


def _parameters(context: PremiumContext) -> dict[str, list[str]]:
    """What the address says of tokenizers, languages and the choices of views."""
    tokenizers = _tokenizers(context)
    state = st.session_state
    return {
        COUNTED: [] if tuple(tokenizers) == OPENING else tokenizers,
        CORPUS: [context.corpus] if context.corpus else [],
        BASE: [] if context.base == ENGLISH else [context.base],
        LANGUAGE: [state[LANGUAGE]] if LANGUAGE in state else [],
        TOKENIZER: [state[TOKENIZER]] if TOKENIZER in state else [],
        **LINKED.parameters(),
    }


def _tokenizers(context: PremiumContext) -> list[str]:
    """Keys of those that are shown, and those that the link names and this installation does not have."""
    return [*(context.keys[row] for row in context.rows), *st.session_state.get(ABSENT, [])]


def text_note(notes: Sequence[str]) -> None:
    """What a reader of numbers on this text must know, above the picture; the first of several, the rest on a click."""
    if not notes:
        return
    with st.container(horizontal=True, vertical_alignment="center", key="text_note"):
        st.markdown(f":orange-badge[:material/science: {plain(notes[0])}]", width="content")
        if len(notes) > 1:
            with st.popover(f"{len(notes) - 1} more", type="tertiary", width="content"):
                for note in notes[1:_MOST_NOTES]:
                    st.markdown(f"- {plain(note)}")
                if len(notes) > _MOST_NOTES:
                    st.caption(f"And {len(notes) - _MOST_NOTES} more.")


_MOST_NOTES, _LOOKED_AT = 40, 12


def what_is_drawn(table: CountedText, growth: np.ndarray) -> str:
    """What intervals and tests take for the sample, and by which factor errors grow where that is groups.

    Args:
        growth: the factor for each cell shown, NaN where there is none.
    """
    if table.drawn_together is None:
        return (
            "It is not known which sentences come from one article, so each is **resampled** by itself; if some belong "
            "together, the intervals are too narrow. A table may say so in a column, which is chosen with the text."
        )
    known = growth[~np.isnan(growth)]
    by = f", by the column {plain(table.grouped_by)}" if table.drawn == "groups" else ""
    said = f"The {count(table.n_bytes.shape[1])} sentences come from {count(table.n_drawn)} {table.drawn}{by}, which "
    said += "are **resampled** whole, for intervals and for tests: sentences of one are alike. "
    if not len(known):
        return said.strip()
    low, median, high = np.percentile(known, [2.5, 50, 97.5])
    return (
        f"{said}That makes errors {median:.2f} times as large as if sentences were independent (median of "
        f"{count(len(known))} cells, 95 % of them from {low:.2f} to {high:.2f})."
    )


def _growth(context: PremiumContext) -> np.ndarray:
    """By which factor the errors of cells shown grow because of groups; of many tokenizers a dozen are looked at."""
    rows = context.rows[:: -(-len(context.rows) // _LOOKED_AT)]
    found = cached_premium.growth(context.stamp, context.table, context.base, context.per, rows)
    shown = found[:, list(context.columns)]
    return np.where(np.isnan(context.found.value[np.ix_(rows, context.columns)]), np.nan, shown)


def provenance(context: PremiumContext) -> None:
    """Text, date, versions and fingerprints, folded away; made when the fold is opened."""
    place = st.expander("Definitions and provenance", icon=":material/info:", key=DEFINITIONS, on_change="rerun")
    if is_filled(place.open):
        with place:
            _definitions(context)
            _counts(context)
            _tokenizer_table(context)


def _definitions(context: PremiumContext) -> None:
    table = context.table
    st.markdown(
        "**Premium**: tokens of a language's sentences divided by tokens of the same sentences in the base "
        "language, as a ratio of sums; special tokens are not counted. **Interval**: 95 %, from 1\u202f000 paired "
        f"resamples of the {table.drawn}, the same ones for every cell, with a fixed seed. **Masked**: cells in "
        "which over 10 % of the tokens, of the language or of the base, are unknown; such a count says nothing "
        "about the language."
    )
    st.markdown(what_is_drawn(table, _growth(context)))


def _counts(context: PremiumContext) -> None:
    about, table = context.counting, context.table
    if not context.corpus:
        st.markdown("FLORES-200 is translated text, from English news, guides and encyclopaedias.")
    st.caption(
        f"{plain(table.corpus_label)} (fingerprint {table.corpus}), sentences used: {context.part or 'all'}, "
        f"{count(table.tokens.shape[2])}. Counted {about.date} with {plain(', '.join(about.versions))}. "
        f"{plain(about.licence)} Facts about languages: {SOURCES}"
    )


def _tokenizer_table(context: PremiumContext) -> None:
    chosen = [context.table.tokenizers[row] for row in context.rows]
    st.dataframe(
        {
            "Tokenizer": [one.label for one in chosen],
            "Fingerprint": [one.fingerprint for one in chosen],
            "Vocabulary": [one.n_vocabulary for one in chosen],
            "Counts like": [", ".join(one.also) for one in chosen],
            "Reference": [one.reference for one in chosen],
            "File": [one.file or one.spec for one in chosen],
        },
        hide_index=True,
        placeholder="–",
    )
