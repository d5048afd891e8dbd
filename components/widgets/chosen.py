"""One of several drawings that the user chooses by name, each a module with a `draw`; the others are not imported."""

from collections.abc import Mapping
from importlib import import_module

import streamlit as st

from components.frame.errors import user_errors


def draw_chosen(label: str, package: str, modules: Mapping[str, str], at_hand: object, *, key: str) -> None:
    """Let the user choose, and draw it; a `UserError` is one message in its place.

    Args:
        label: names the choice to screen readers.
        package: where the modules are.
        modules: the words of each choice, which stand in the link and so are plain, to its module; the first is usual.
        at_hand: handed to the module's `draw`.
        key: of the choice, in the session and in the link.
    """
    chosen = st.segmented_control(
        label,
        list(modules),
        default=next(iter(modules)),
        required=True,
        key=key,
        label_visibility="collapsed",
        bind="query-params",
    )
    with user_errors():
        import_module(f"{package}.{modules[chosen]}").draw(at_hand)
