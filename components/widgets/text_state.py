"""The text at hand: one per session, restored from the link, replaced by samples, kept while the user types.

The editor owns what is typed; Python only overwrites it by raising the version, so the caret never moves by itself.
"""

from dataclasses import dataclass

import streamlit as st

from components.widgets.text_at_hand import TextAtHand
from core.common.errors import UserError
from core.common.text_link import from_link, to_link
from core.text.samples import opening_text, samples
from core.text.text_file import read_text_file

PARAMETER = "text"
MAX_CHARACTERS = 2_000_000
BYTE_ORDER_MARK = "\ufeff"
_PROBLEM, _OPENED = "text_link_problem", "text_file_opened"
AT_HAND = TextAtHand("text_at_hand", "text_version")


@dataclass(frozen=True)
class Opened:
    """What to say of a text that came from a file, while it stands in the editor.

    Args:
        note: one sentence.
        version: of the text, as it was opened.
        marked: it had a byte-order mark, which was left out.
    """

    note: str
    version: int
    marked: bool


def restore() -> None:
    """Give a new session its text: the link's, or the opening text."""
    if AT_HAND.text in st.session_state:
        return
    packed = st.query_params.get(PARAMETER)
    try:
        AT_HAND.begin(opening_text() if packed is None else from_link(packed), own=packed is not None)
    except UserError as error:
        AT_HAND.begin(opening_text())
        st.session_state[_PROBLEM] = str(error)


def current() -> str:
    """The text at hand."""
    return AT_HAND.current


def version() -> int:
    """Raised whenever Python, not the user, changed the text."""
    return AT_HAND.version


def typed(text: str) -> None:
    """The user typed this."""
    before = AT_HAND.current
    if text != before:
        st.session_state.pop(_PROBLEM, None)
    if text[:1] != before[:1] and text[-1:] != before[-1:]:  # nothing of the file's is left
        st.session_state.pop(_OPENED, None)
    AT_HAND.typed(text)


def replace(text: str) -> None:
    """Put a text that is not the user's own into the editor."""
    st.session_state.pop(_PROBLEM, None)
    AT_HAND.replace(text)


def open_file(data: bytes, name: str) -> None:
    """Put the text of a file into the editor, and remember what is to be said of it.

    Raises:
        UserError: there is no text in it, or too much; says what to do.
    """
    file = read_text_file(data, name, MAX_CHARACTERS)
    st.session_state.pop(_PROBLEM, None)
    AT_HAND.replace(file.text, own=True)
    mark = ", its byte-order mark left out" if file.marked else ""
    st.session_state[_OPENED] = Opened(f"{name}: {file.encoding}{mark}.", AT_HAND.version, file.marked)


def opened() -> Opened | None:
    """The file that the text at hand came from, if nothing has taken its place since."""
    file: Opened | None = st.session_state.get(_OPENED)
    return file if file is not None and file.version == AT_HAND.version else None


def put_mark_back() -> None:
    """Put the byte-order mark of the file in front of its text."""
    AT_HAND.replace(BYTE_ORDER_MARK + AT_HAND.current.removeprefix(BYTE_ORDER_MARK), own=True)


def problem() -> str:
    """Why the text in the link could not be read, until another text comes; empty if it could."""
    return str(st.session_state.get(_PROBLEM, ""))


def shown_sample() -> str | None:
    """Key of the sample that is the text at hand, letter by letter; None for any other text."""
    text = AT_HAND.current
    return next((sample.key for sample in samples() if sample.text == text), None)


def in_link() -> list[str]:
    """What the link holds for the text: nothing for the opening text and for a text too long for a link."""
    packed = None if current() == opening_text() else to_link(current())
    return [packed] if packed is not None else []


def link_note() -> str:
    """What the link leaves out, for the person who copies it."""
    if not in_link() and current() != opening_text():
        return "This text is too long for a link (over 4 kB packed): the link restores everything but the text."
    return ""
