"""The frame of every page: title of the tab, navigation, and what a page does with an error."""

from pathlib import Path

import streamlit as st

from components.errors import user_errors

PAGES = Path(__file__).parent.parent / "pages"

st.set_page_config(page_title="Token Atlas", page_icon=str(Path(__file__).parent / "icon.svg"), layout="wide")

page = st.navigation(
    [
        st.Page(
            PAGES / "segmentation.py",
            title="Segmentation",
            icon=":material/segment:",
            default=True,
            help="How one to eight tokenizers cut the same text, right to the byte.",
        ),
        st.Page(
            PAGES / "premium.py",
            title="Premium",
            url_path="premium",
            icon=":material/language:",
            help="What each of 204 language-scripts costs each tokenizer, and how sure that is.",
        ),
        st.Page(
            PAGES / "runs.py",
            title="Runs",
            icon=":material/history:",
            url_path="runs",
            help="Everything that runs or ran: results, progress, and what was interrupted.",
        ),
    ],
    position="top",
)

with user_errors():
    page.run()
