"""Expanders whose content is made when they are opened."""

import streamlit as st

ALL_OPEN = "all_folds_open"  # in the session of a page that is drawn to be kept: nobody can open a fold of it later


def is_filled(opened: bool | None) -> bool:
    """Whether to make the content of an expander, from what it says of itself."""
    return bool(opened) or ALL_OPEN in st.session_state
