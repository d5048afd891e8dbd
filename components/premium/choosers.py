"""Choosers of one tokenizer and one language, shared by the views and kept from one view to the next."""

import streamlit as st

from components.premium.context import PremiumContext
from components.premium.controls import start_one
from core.text.languages import language

VIEW, TOKENIZER, LANGUAGE = "premium", "tokenizer", "language"
_USUAL = "mya_Mymr"


def one_tokenizer(context: PremiumContext) -> int:
    """Row of one of the chosen tokenizers."""
    keys = [context.keys[row] for row in context.rows]
    start_one(TOKENIZER, keys, keys[0], "tokenizer among the chosen called")
    key = st.selectbox(
        "Tokenizer",
        keys,
        key=TOKENIZER,
        format_func=lambda key: context.label(context.keys.index(key)),
        width=210,
        persist_state="session",
    )
    return context.keys.index(key)


def one_language(context: PremiumContext) -> int:
    """Column of one language, of all in the table."""
    codes = context.table.languages
    start_one(LANGUAGE, codes, _USUAL if context.base != _USUAL else "eng_Latn", "language in the text called")
    code = st.selectbox(
        "Language",
        sorted(codes, key=lambda code: language(code).label),
        key=LANGUAGE,
        format_func=lambda code: language(code).label,
        width=210,
        persist_state="session",
    )
    return codes.index(code)
