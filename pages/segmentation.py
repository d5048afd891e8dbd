"""Segmentation: how one to eight tokenizers cut the same text, right to the byte."""

import streamlit as st

from components.segmentation.live_segmentation import live_segmentation
from components.segmentation.small_windows import make_room
from components.widgets import text_state
from components.widgets.add_tokenizer import add_tokenizer
from components.widgets.how_to_read.component import how_to_read
from components.widgets.pickers import CHOOSER_ROW, choose_opening, tokenizer_picker
from components.widgets.view_options import view_options

_LANES = (
    "Each lane is one tokenizer on the same text, each box one token; a taller mark means that more of them cut there."
)
SENTENCES = {
    "lanes": _LANES,
    "auto": _LANES,
    "cards": "Each card is one tokenizer on the same text, each box one token.",
}

text_state.restore()

make_room()
with st.container(horizontal=True, vertical_alignment="bottom", key=CHOOSER_ROW):
    specs = tokenizer_picker(segmenters=True)
    add_tokenizer(segmenters=True)
with st.container(horizontal=True, vertical_alignment="center", key="reading"):
    words = st.container()
    with st.container(horizontal=True, vertical_alignment="center", width="content"):
        options = view_options()
    with words:
        how_to_read("Segmentation", SENTENCES["cards" if options.view == "cards" else "lanes"])

if not specs:
    st.info("Choose one to eight tokenizers above, or start from the opening example.", icon=":material/segment:")
    st.button("Show the opening example", icon=":material/play_arrow:", on_click=choose_opening)
    st.stop()

live_segmentation(specs, options)
