"""The one sentence over the page, with more behind it for someone who sees such a picture for the first time."""

from pathlib import Path

import streamlit as st

_HERE = Path(__file__).parent
_component = st.components.v2.component(
    "token_atlas_how_to_read",
    html=(_HERE / "how_to_read.html").read_text(),
    css=(_HERE / "how_to_read.css").read_text(),
    js=(_HERE / "how_to_read.js").read_text(),
)


def how_to_read(title: str, sentence: str, *, more: bool = True, key: str = "how_to_read") -> None:
    """Say how to read the page.

    Args:
        title: of the page; it is seen in the navigation row, so only screen readers hear it here.
        sentence: that is always there.
        more: whether what a token is unfolds below it, with a picture of two that cut a word.
    """
    _component(key=key, data={"title": title, "sentence": sentence, "more": more})
