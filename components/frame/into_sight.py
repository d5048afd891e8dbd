"""Moving the page to one of its parts: the one script that pages put inline, always the same, so that it has a hash."""

import streamlit as st

SCRIPT = (
    "for (const mark of document.querySelectorAll('[data-into-sight]')) "
    "document.querySelector(mark.dataset.intoSight)?.scrollIntoView()"
)


def into_sight(key: str) -> None:
    """Move the page to the widget or container of this key."""
    mark = f'<span data-into-sight=".st-key-{key}"></span>'
    st.html(f"{mark}<script>{SCRIPT}</script>", unsafe_allow_javascript=True)
