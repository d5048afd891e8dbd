"""Choosers of one tokenizer and one language, shared by the views and kept from one view to the next."""

import streamlit as st

from components.frame.errors import show_error
from components.premium.context import PremiumContext
from components.widgets.languages import language_box, start_language
from core.common.errors import UnknownName

VIEW, TOKENIZER, LANGUAGE = "premium", "tokenizer", "language"
_USUAL = "mya_Mymr"
_FOLLOWS = "language_follows"  # in the session: the language that nobody chose, which follows the search


def take_linked(context: PremiumContext) -> None:
    """Take what the link chooses, also where the view drawn has no such chooser, so that it stays in the address."""
    if TOKENIZER in st.query_params or TOKENIZER in st.session_state:
        _start_tokenizer(context)
    if LANGUAGE in st.query_params or LANGUAGE in st.session_state:
        _start_language(context)


def one_tokenizer(context: PremiumContext) -> int:
    """Row of one of the chosen tokenizers."""
    _start_tokenizer(context)
    key = st.selectbox(
        "Tokenizer",
        _keys(context),
        key=TOKENIZER,
        format_func=lambda key: context.label(context.keys.index(key)),
        width=210,
        persist_state="session",
    )
    return context.keys.index(key)


def one_language(context: PremiumContext) -> int:
    """Column of one language, of all in the table; at first one of those that fit the search."""
    codes = context.table.languages
    usual = _start_language(context)
    return codes.index(language_box("Language", codes, key=LANGUAGE, usual=usual, width=210, persist_state="session"))


def _keys(context: PremiumContext) -> list[str]:
    return [context.keys[row] for row in context.rows]


def _start_tokenizer(context: PremiumContext) -> None:
    """Give the chooser its first value: the link's, else the first; an unknown one gives a message."""
    state, keys = st.session_state, _keys(context)
    if state.get(TOKENIZER) in keys:
        return
    linked = st.query_params.get(TOKENIZER) if TOKENIZER not in state else None
    if linked and linked not in keys:
        show_error(UnknownName("tokenizer among the chosen called", linked, keys))
    state[TOKENIZER] = linked if linked in keys else keys[0]


def _start_language(context: PremiumContext) -> str:
    """Give the chooser its first value, the usual one, which is returned; nobody's choice gives way to a search."""
    state, usual, found = st.session_state, _usual(context), _found(context)
    before = state.get(LANGUAGE)
    follows = before is not None and before == state.get(_FOLLOWS)
    if follows and found and before not in found:
        state[LANGUAGE] = usual
    start_language(LANGUAGE, context.table.languages, usual)
    if follows or state[LANGUAGE] == usual:
        state[_FOLLOWS] = state[LANGUAGE]
    return usual


def _found(context: PremiumContext) -> list[str]:
    """The languages that fit a search, sorted; none where nothing is looked for."""
    codes = context.table.languages
    return [codes[column] for column in context.columns] if len(context.columns) < len(codes) else []


def _usual(context: PremiumContext) -> str:
    """A language to begin with: a dear one of those that fit the search, and not the base, which costs 1."""
    codes = context.table.languages
    known = (*_found(context), _USUAL, *codes)
    return next((code for code in known if code in codes and code != context.base), context.base)
