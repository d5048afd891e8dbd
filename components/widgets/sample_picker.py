"""Where a text comes from, if not from the keyboard: a sample, a file, or the user's own text from before."""

import streamlit as st

from components.frame.errors import show_error
from components.widgets import text_state
from core.common.errors import UserError
from core.common.settings import settings
from core.text.samples import sample, samples

_MOST_MB = 8  # of a text file: the longest text in UTF-8 or UTF-16
_FILES = "text_files_opened"


def sample_picker(key: str) -> None:
    """A chooser of sample texts that says which one is shown, a way to open a file, and the way back.

    Args:
        key: of the container that they stand in.
    """
    with st.container(width=340, gap="small", key=key):
        with st.container(horizontal=True, gap="small"):
            _chooser()
            if settings().uploads:
                _file_opener()
        if text_state.AT_HAND.kept:
            st.button(
                "My text",
                icon=":material/undo:",
                help="Back to your own text, which the sample or file has replaced.",
                on_click=text_state.AT_HAND.back,
            )


def _chooser() -> None:
    shown, key = text_state.shown_sample(), _key()
    labels = {one.key: f"{one.group} · {one.label}" for one in samples()}
    st.selectbox(
        "Sample text",
        list(labels),
        index=None if shown is None else list(labels).index(shown),
        key=key,
        format_func=labels.__getitem__,
        placeholder="Your text" if text_state.AT_HAND.own and text_state.current() else "Sample texts",
        label_visibility="collapsed",
        on_change=_take,
        args=(key,),
    )


def _key() -> str:
    """Another for each sample shown: what the browser still says of the one before is then known to be old."""
    return f"sample_{text_state.shown_sample()}"


def _take(key: str) -> None:
    chosen = st.session_state[key]
    if chosen is not None and key == _key():  # an old one would put the sample back over what is being typed
        text_state.replace(sample(chosen).text)


def _file_opener() -> None:
    """A popover with an uploader, both new after each file: the popover then closes and the uploader is empty."""
    number = st.session_state.setdefault(_FILES, 0)
    with st.popover("Open", icon=":material/file_open:", help="Open a text file", key=f"open_text_{number}"):
        uploader = f"text_file_{number}"
        st.file_uploader(
            "Text file",
            key=uploader,
            max_upload_size=min(_MOST_MB, settings().upload_mb),
            help="UTF-8 or UTF-16, with or without a byte-order mark; line ends stay as they are.",
            on_change=_open,
            args=(uploader,),
        )
        if problem := st.session_state.get(f"{_FILES}_problem"):
            show_error(problem)


def _open(uploader: str) -> None:
    file = st.session_state[uploader]
    st.session_state.pop(f"{_FILES}_problem", None)
    if file is None:
        return
    try:
        text_state.open_file(file.getvalue(), file.name)
    except UserError as error:
        st.session_state[f"{_FILES}_problem"] = error
        return
    st.session_state[_FILES] += 1
