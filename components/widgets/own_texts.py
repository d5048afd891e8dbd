"""Plain texts that the user brings: uploaded or typed, kept by content under the rules for uploads."""

from textwrap import shorten

import streamlit as st

from components.frame.errors import show_error
from components.frame.visitor import visitor
from core.common.errors import UserError
from core.common.settings import settings
from core.corpora.text_uploads import keep_text

KEPT = "It is kept on this server."
_MOST_TYPED = 100_000  # characters
_LONGEST_NAME = 24


def own_texts(key: str, label: str, about: str) -> list[str]:
    """Specs of those uploaded at one place that are to be used; all, until some are left out.

    Args:
        key: begins the keys of the controls; what was uploaded is kept in the session under `KEY_uploaded`.
        label: of the uploader.
        about: what becomes of a text, a hover away.
    """
    if not settings().uploads:
        return []
    kept: list[str] = st.session_state.get(f"{key}_uploaded", [])
    if new := text_uploader(key, label, about):
        st.session_state[f"{key}_uploaded"] = [*dict.fromkeys([*kept, new])]
        st.rerun()
    if not kept:
        return []
    return st.pills(
        "Uploaded",
        kept,
        default=kept,
        selection_mode="multi",
        format_func=text_name,
        key=f"{key}_uploads_used_{len(kept)}",
    )


def text_uploader(key: str, label: str, about: str) -> str:
    """Spec of the text that came in this run, else empty; one message if it is none. The next uploader is empty."""
    turn, allowed = f"{key}_upload_round", settings()
    if not allowed.uploads:
        return ""
    file = st.file_uploader(
        label,
        ["txt", "md"],
        max_upload_size=allowed.upload_mb,
        key=f"{key}_upload_{st.session_state.get(turn, 0)}",
        help=about,
    )
    spec = _kept(file.name, file.getvalue()) if file is not None else ""
    if spec:
        st.session_state[turn] = st.session_state.get(turn, 0) + 1
    return spec


def text_typer(key: str, label: str, button: str) -> str:
    """Spec of the text that was typed and handed in by the button in this run, else empty."""
    if not settings().uploads:
        return ""
    with st.form(f"{key}_typed", border=False, clear_on_submit=True):
        text = st.text_area(label, max_chars=_MOST_TYPED, height=100)
        handed_in = st.form_submit_button(button, icon=":material/check:")
    return _kept(_typed_name(text), text.encode(errors="replace")) if handed_in else ""


def text_name(spec: str) -> str:
    """What a text is called.

    >>> text_name("upload:0123456789abcdef/notes.txt")
    'notes.txt'
    """
    return spec.rpartition("/")[2]


def _typed_name(text: str) -> str:
    """Its first words.

    >>> _typed_name("  A and/or B, on the\\nway home"), _typed_name("")
    ('A and or B, on the way', 'typed')
    """
    plain = text.replace("/", " ").replace("\\", " ").strip()
    return shorten(plain, _LONGEST_NAME, placeholder="") or plain[:_LONGEST_NAME] or "typed"


def _kept(name: str, content: bytes) -> str:
    try:
        return keep_text(name, content, visitor().key)
    except UserError as error:
        show_error(error)
        return ""
