"""The tools under the token view, one file each with a `draw(at_hand)`; only the chosen one is imported."""

from importlib import import_module

import streamlit as st

from components.at_hand import AtHand
from components.errors import user_errors

# The words stand in the link, so they are plain.
_MODULES = {
    "Statistics": "statistics",
    "Agreement": "agreement",
    "How it got there": "explanation",
    "Chat": "chat",
    "Split by budget": "budget",
    "Two texts": "two_texts",
    "Share and keep": "keep",
}


def tools(at_hand: AtHand) -> None:
    """Let the user choose a tool, and draw it."""
    chosen = st.segmented_control(
        "Tool",
        list(_MODULES),
        default="Statistics",
        required=True,
        key="tool",
        label_visibility="collapsed",
        bind="query-params",
    )
    with user_errors():
        import_module(f"components.tools.{_MODULES[chosen]}").draw(at_hand)
