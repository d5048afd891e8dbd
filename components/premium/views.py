"""The views under the heatmap, one file each with a `draw(at_hand)`; only the chosen one is imported."""

from importlib import import_module

import streamlit as st

from components.errors import user_errors
from components.premium.at_hand import AtHand

# The words stand in the link, so they are plain.
VIEWS = {
    "Ranked": "ranked",
    "Groups": "groups",
    "Lorenz": "lorenz_curves",
    "Slope": "slope",
    "Evidence": "evidence",
    "Calculator": "calculator",
    "Table": "table",
}


def views(at_hand: AtHand) -> None:
    """Let the user choose a view, and draw it."""
    chosen = st.segmented_control(
        "View",
        list(VIEWS),
        default="Ranked",
        required=True,
        key="premium",
        label_visibility="collapsed",
        bind="query-params",
    )
    with user_errors():
        import_module(f"components.premium.{VIEWS[chosen]}").draw(at_hand)
