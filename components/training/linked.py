"""Choices of this page that its link holds."""

from collections.abc import Sequence

import streamlit as st

from components.widgets.linked import LinkedChoices

LINKED = LinkedChoices("train")


def among(key: str, options: Sequence[str]) -> None:
    """Forget what was chosen beside other tokenizers, of which there is nothing here; before the choice is drawn."""
    chosen = st.session_state.get(key)
    if isinstance(chosen, list):
        left = [one for one in chosen if one in options]
        if left != chosen:
            st.session_state[key] = left or None
    elif chosen not in options:
        st.session_state.pop(key, None)
