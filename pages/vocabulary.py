"""Vocabulary: what the entries of one to eight tokenizers are spent on, and what in them is broken."""

import streamlit as st

from components.vocabulary.context import VocabularyContext
from components.vocabulary.linked import LINKED
from components.vocabulary.rows import vocabulary_rows
from components.vocabulary.view import views
from components.widgets import names
from components.widgets.add_tokenizer import add_tokenizer
from components.widgets.how_to_read.component import how_to_read
from components.widgets.page_link.component import page_link
from components.widgets.pickers import CHOOSER_ROW, TOKENIZERS, choose_opening, tokenizer_picker, tokenizers_in_link

SENTENCE = "What the entries of each tokenizer are spent on, what they share, and every single one to look at."

with st.container(horizontal=True, vertical_alignment="bottom", key=CHOOSER_ROW):
    specs = tokenizer_picker()
    add_tokenizer()
how_to_read("Vocabulary", SENTENCE, more=False, key="about_vocabulary")
address = {TOKENIZERS: tokenizers_in_link(specs), names.PARAMETER: names.in_link(specs)}

if not specs:
    st.info("Choose one to eight tokenizers above, or start from the opening example.", icon=":material/dictionary:")
    st.button("Show the opening example", icon=":material/play_arrow:", on_click=choose_opening)
    page_link(address, key="vocabulary_link")
    st.stop()

rows = vocabulary_rows(specs)
if not rows:
    st.info(
        "None of these has a vocabulary to look at. Choose another one, or start from the opening example.",
        icon=":material/dictionary:",
    )
    st.button("Show the opening example", icon=":material/play_arrow:", on_click=choose_opening)
    page_link(address, key="vocabulary_link")
    st.stop()

views(VocabularyContext(rows, dark=st.context.theme.type == "dark"))
page_link(address | LINKED.parameters(), key="vocabulary_link")
