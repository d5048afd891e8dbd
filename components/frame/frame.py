"""The frame of every page: title of the tab, navigation, and what a page does with an error."""

from pathlib import Path

import streamlit as st

from components.frame import first_page
from components.frame.account import account
from components.frame.asking import asking
from components.frame.errors import user_errors
from components.frame.visitor import admitted, login_is_on, visitor
from core.common.data_folders import ROOT

PAGES = ROOT / "pages"
# White on the dark theme's accent has a contrast of 2.7:1; what stands on the accent is dark there, and the accent gets
# lighter under the pointer, where Streamlit's own shade would leave 4.0:1. Code in a caption has the caption's colour:
# its own green would have 3.0:1 there. Words that are marked in code have one colour, where Streamlit's several have
# 2.6:1 and more in the light theme. On a phone choices side by side go on in the next line, where Streamlit cuts them
# and lets one push, and the chooser of tokenizers has a line to itself (`components.widgets.pickers`). What stands in
# for a part that is being fetched does not fade in and out: ten that do cost a fifth of what a browser works until the
# first rows of a table are there.
LOOKS = """<style>
[data-testid="stSkeleton"] { animation: none !important; }
[data-testid="stCaptionContainer"] code { color: inherit; }
[data-testid="stCode"] .token { color: light-dark(#1d5b8f, #8cc4ff) !important; }
[data-testid^="stBaseButton-primary"]:is(:hover, :active, :focus-visible):enabled {
    background-color: light-dark(#264e8a, #8cb4f2) !important; border-color: light-dark(#264e8a, #8cb4f2) !important;
}
@media (max-width: 640px) {
    [data-testid="stButtonGroup"] > div { flex-wrap: wrap; height: auto; }
    .st-key-choice_of_tokenizers > :first-child { flex: 1 0 100%; }
}
[data-tag], [data-tag] *, [data-testid^="stBaseButton-primary"]:enabled {
    color: light-dark(#ffffff, #11151c) !important;
}
</style>"""

st.set_page_config(page_title="Token Atlas", page_icon=str(Path(__file__).parent / "icon.svg"), layout="wide")

st.html(LOOKS)
admitted()
pages = [
    st.Page(
        PAGES / "segmentation.py",
        title="Segmentation",
        icon=":material/segment:",
        default=True,
        help="How one to eight tokenizers cut the same text, right to the byte.",
    ),
    st.Page(
        PAGES / "vocabulary.py",
        title="Vocabulary",
        url_path="vocabulary",
        icon=":material/dictionary:",
        help="What the entries of a tokenizer are spent on, and what in them is broken.",
    ),
    st.Page(
        PAGES / "train.py",
        title="Train",
        url_path="train",
        icon=":material/model_training:",
        help="Make tokenizers from the same text with one thing changed, and compare what comes of it.",
    ),
    st.Page(
        PAGES / "probes.py",
        title="Probes",
        url_path="probes",
        icon=":material/science:",
        help="Small experiments on what cutting text into tokens does to a text or to a model.",
    ),
    st.Page(
        PAGES / "premium.py",
        title="Premium",
        url_path="premium",
        icon=":material/language:",
        help="What each of 204 language-scripts costs each tokenizer, and how sure that is.",
    ),
    st.Page(
        PAGES / "transplants.py",
        title="Transplants",
        url_path="transplants",
        icon=":material/swap_horiz:",
        help="What happens to a language model when its tokenizer is replaced, by many methods.",
    ),
    st.Page(
        PAGES / "runs.py",
        title="Runs",
        icon=":material/history:",
        url_path="runs",
        help="Everything that runs or ran: results, progress, and what was interrupted.",
    ),
]
if login_is_on():
    name = visitor().name
    icon = ":material/account_circle:"
    pages.append(st.Page(account, title=name, icon=icon, url_path="account", help="Who you are here."))
page = st.navigation(pages, position="top")

with user_errors(), asking():
    page.run()
first_page.drawn()
