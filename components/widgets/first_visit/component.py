"""Three sentences and a picture for someone who sees the page for the first time; dismissed once, gone for good."""

from pathlib import Path

import streamlit as st

_HERE = Path(__file__).parent
_component = st.components.v2.component(
    "token_atlas_first_visit",
    html=(_HERE / "first_visit.html").read_text(),
    css=(_HERE / "first_visit.css").read_text(),
    js=(_HERE / "first_visit.js").read_text(),
)


def first_visit(*, key: str = "first_visit") -> None:
    """Show the explanation unless this browser has dismissed it."""
    _component(key=key)
