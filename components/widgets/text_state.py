"""The text at hand: one per session, restored from the link, replaced by samples, kept while the user types.

The editor owns what is typed; Python only overwrites it by raising the version, so the caret never moves by itself.
"""

import streamlit as st

from components.frame.errors import show_error
from core.common.errors import UserError
from core.common.text_link import from_link, to_link
from core.text.samples import opening_text

PARAMETER = "text"
MAX_CHARACTERS = 2_000_000
_TEXT, _VERSION = "text_at_hand", "text_version"


def restore() -> None:
    """Give a new session its text: the link's, or the opening text."""
    if _TEXT in st.session_state:
        return
    st.session_state[_VERSION] = 0
    st.session_state[_TEXT] = opening_text()
    packed = st.query_params.get(PARAMETER)
    if packed is not None:
        try:
            st.session_state[_TEXT] = from_link(packed)
        except UserError as error:
            show_error(error, about="The text in this link could not be read")


def current() -> str:
    """The text at hand."""
    text: str = st.session_state[_TEXT]
    return text


def version() -> int:
    """Raised whenever Python, not the user, changed the text."""
    number: int = st.session_state[_VERSION]
    return number


def typed(text: str) -> None:
    """The user typed this."""
    st.session_state[_TEXT] = text


def replace(text: str) -> None:
    """Put another text into the editor."""
    st.session_state[_TEXT] = text
    st.session_state[_VERSION] += 1


def in_link() -> list[str]:
    """What the link holds for the text: nothing for the opening text and for a text too long for a link."""
    packed = None if current() == opening_text() else to_link(current())
    return [packed] if packed is not None else []


def link_note() -> str:
    """What the link leaves out, for the person who copies it."""
    if not in_link() and current() != opening_text():
        return "This text is too long for a link (over 4 kB packed): the link restores everything but the text."
    return ""
