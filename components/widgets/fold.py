"""Expanders whose content is made when they are opened, and pages that are drawn to be kept."""

import streamlit as st

ALL_OPEN = "all_folds_open"  # in the session of a page that is drawn to be kept: nobody can open a fold of it later


def is_kept() -> bool:
    """Whether the page is drawn to be kept: then it has no server to ask, and says nothing of what only one can do."""
    return ALL_OPEN in st.session_state


def is_filled(opened: bool | None) -> bool:
    """Whether to make the content of an expander, from what it says of itself."""
    return bool(opened) or is_kept()
