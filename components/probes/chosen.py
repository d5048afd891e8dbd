"""A choice among what an answer holds; a choice of before that is no longer there makes room for the first."""

from collections.abc import Mapping

import streamlit as st

from components.probes.linked import LINKED


def chosen(label: str, options: Mapping[str, str], key: str, width: int) -> str:
    """The option chosen, in the session and in the link under `key`.

    Args:
        options: what each is called, by its name; the first is the usual one.
        width: pixels.
    """
    if st.session_state.get(key) not in options:
        st.session_state.pop(key, None)
    return LINKED.box(label, options, key, width=width)
