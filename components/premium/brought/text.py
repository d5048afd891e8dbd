"""Parallel text that the user brings to the page: taken, grouped by a column of it, chosen, and so counted."""

import streamlit as st

from components.cached import corpora as cached_corpora
from components.runs.corpus_upload import corpus_uploader, group_box, remember_corpus
from core.common.settings import settings
from core.corpora.corpus import group_column, grouped_spec

_NEXT, _TURN = "premium_text_next", "premium_text_turn"


def brought_text() -> str:
    """Spec of the text that was brought or regrouped in the run before, once; empty if none was."""
    spec: str = st.session_state.pop(_NEXT, "")
    return spec


def popover_turn() -> int:
    """Another number makes another popover: the one in which a text was brought is open, and goes."""
    turn: int = st.session_state.get(_TURN, 0)
    return turn


def another_popover() -> None:
    """From the next time that it is drawn on."""
    st.session_state[_TURN] = popover_turn() + 1


def group_choice(spec: str) -> None:
    """Ask which column of a table says what belongs together; another one makes another text, from the next run on."""
    text = cached_corpora.corpus(spec)
    if not text.columns:
        return
    column = group_box(text.columns, text.grouped_by, f"premium_groups_{text.fingerprint}_{group_column(spec)}")
    if column != text.grouped_by:
        _choose(grouped_spec(spec, column), text.label)


def bring_text() -> None:
    """Take a file, where this server takes any; it is the text of the page from the next run on."""
    if not settings().uploads:
        return
    st.markdown("**Bring your own text**")
    facts = corpus_uploader("premium_corpus")
    if facts:
        _choose(facts.spec, facts.label)
    st.caption("The tokenizers of this page are counted on it.")


def _choose(spec: str, label: str) -> None:
    remember_corpus(spec, label)
    st.session_state[_NEXT] = spec
    st.rerun()
