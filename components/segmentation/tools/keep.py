"""Take it away: the tokens as CSV and JSON, the view as a page that hovers without a server."""

import json

import streamlit as st

from components.segmentation.context import SegmentationContext
from components.segmentation.token_view.component import standalone_html
from components.segmentation.view_model import token_view_of
from components.widgets.view import View
from core.export.tokens import document, to_csv


def draw(context: SegmentationContext) -> None:
    """Download buttons; files are made when asked for."""
    named = [(row.tokenizer.info, row.segmentation) for row in context.rows]
    st.caption(
        "The page's address restores tokenizers, text, view and options: **Copy link** above. "
        "SVG and PNG of the view are in its own **Export** menu."
    )
    with st.container(horizontal=True):
        st.download_button(
            "Tokens as CSV",
            lambda: to_csv(named),
            "tokens.csv",
            "text/csv",
            icon=":material/table_view:",
            on_click="ignore",
        )
        st.download_button(
            "Tokens as JSON",
            lambda: json.dumps(document(named), ensure_ascii=False),
            "tokens.json",
            "application/json",
            icon=":material/data_object:",
            on_click="ignore",
        )
        st.download_button(
            "View as HTML",
            lambda: standalone_html(token_view_of(context.rows, context.text, context.span, context.options)),
            "segmentation.html",
            "text/html",
            icon=":material/html:",
            on_click="ignore",
            help="One file that shows this view and still hovers, without a server.",
        )
    st.caption(
        "A cell of the CSV that a spreadsheet would take for a formula has an apostrophe in front; bytes_hex "
        "is always exact. The JSON is what `python -m core segment --json` prints."
    )


VIEW = View(label="Share and keep", place=70, draw=draw)
