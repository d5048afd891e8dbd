"""A chooser of one of the tokenizers on the page, for views that draw one at a time."""

import streamlit as st

from components.vocabulary.context import VocabularyContext
from components.vocabulary.rows import VocabularyRow


def one_row(context: VocabularyContext, key: str) -> VocabularyRow:
    """The row that the user chose, at first the first; in the link under `key`. Nothing is asked where there is one."""
    if len(context.rows) == 1:
        return context.rows[0]
    labels = [row.label for row in context.rows]
    chosen = st.selectbox("Tokenizer", labels, key=key, width=240, bind="query-params")
    return context.rows[labels.index(chosen)]
