"""Take it away: the view as a picture or a page, the tokens as CSV and JSON."""

import json
from urllib.parse import urlencode

import streamlit as st

from components.publish.button import publish_button
from components.segmentation.context import TOOL_KEY, VIEW_KEY, SegmentationContext
from components.segmentation.view_files.component import view_files
from components.widgets import names, text_state
from components.widgets.fold import is_kept
from components.widgets.pickers import TOKENIZERS, tokenizers_in_link
from components.widgets.view import View
from core.common.program import PROGRAM
from core.export.csv import for_spreadsheets
from core.export.tokens import document, to_csv


def draw(context: SegmentationContext) -> None:
    """Buttons; files are made when asked for."""
    if is_kept():
        st.caption("Files of this view are made by the page that this one was published from.")
        return
    named = [(row.info, row.segmentation) for row in context.rows]
    st.markdown("**The view**")
    view_files(VIEW_KEY, key="view_files")
    st.markdown("**The page**")
    if note := text_state.link_note():
        st.caption(f"{note} So the page cannot be published; save the view as HTML above instead.")
    else:
        publish_button(page_address(context))
    st.markdown("**The tokens**")
    with st.container(horizontal=True):
        st.download_button(
            "Tokens as CSV",
            lambda: for_spreadsheets(to_csv(named)),
            "tokens.csv",
            "text/csv",
            icon=":material/table_view:",
            on_click="ignore",
            help="A row per token, with its place in bytes and in characters; Excel opens it as UTF-8.",
        )
        st.download_button(
            "Tokens as JSON",
            lambda: json.dumps(document(named, context.text), ensure_ascii=False),
            "tokens.json",
            "application/json",
            icon=":material/data_object:",
            on_click="ignore",
            help=f"The text and every tokenizer's ids: what `{PROGRAM} segment --json` prints.",
        )
    st.caption(
        "A cell of the CSV that a spreadsheet would take for a formula has an apostrophe in front; bytes_hex "
        "is always exact. The page's address restores tokenizers, text, view and options: **Copy link** above."
    )


def page_address(context: SegmentationContext) -> str:
    """The link of the page as it stands, without a server's name and this tool, which a kept page has no use for."""
    specs = [row.spec for row in context.rows]
    query = {name: st.query_params.get_all(name) for name in st.query_params if name != TOOL_KEY} | {
        text_state.PARAMETER: text_state.in_link(),
        TOKENIZERS: tokenizers_in_link(specs),
        names.PARAMETER: names.in_link(specs),
    }
    return f"segmentation?{urlencode(query, doseq=True)}"


VIEW = View(label="Share and keep", place=70, draw=draw)
