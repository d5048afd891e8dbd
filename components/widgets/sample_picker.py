"""Where a text comes from, if not from the keyboard: a sample, a file, or the user's own text from before."""

import streamlit as st

from components.frame.errors import show_error
from components.widgets import text_state
from core.common.errors import UserError
from core.common.settings import settings
from core.text.samples import sample, samples

SAMPLES = "sample_picker"  # the fragment's key
_MOST_MB = 8  # of a text file: the longest text in UTF-8 or UTF-16
_FILES = "text_files_opened"


@st.fragment(key=SAMPLES)
def sample_picker() -> None:
    """A chooser of sample texts that says which one is shown, a way to open a file, and the way back."""
    with st.container(horizontal=True, vertical_alignment="bottom", width="content"):
        _chooser()
        if settings().uploads:
            _file_opener()
        if text_state.AT_HAND.kept:
            st.button(
                "Back to my text",
                icon=":material/undo:",
                help="Puts your own text back that the sample or file has replaced.",
                on_click=_back,
            )


def says() -> tuple[str | None, bool, bool]:
    """What the row says of the text at hand; it is drawn anew when this changes."""
    at_hand = text_state.AT_HAND
    return text_state.shown_sample(), at_hand.own, bool(at_hand.kept)


def _chooser() -> None:
    st.session_state["sample"] = text_state.shown_sample()
    st.selectbox(
        "Sample text",
        [one.key for one in samples()],
        index=None,
        key="sample",
        format_func=lambda key: f"{sample(key).group} · {sample(key).label}",
        placeholder="Your text" if text_state.AT_HAND.own and text_state.current() else "Sample texts",
        label_visibility="collapsed",
        width=230,
        on_change=_take,
    )


def _take() -> None:
    chosen = st.session_state["sample"]
    if chosen is not None:
        text_state.replace(sample(chosen).text)
    st.rerun()


def _back() -> None:
    text_state.AT_HAND.back()
    st.rerun()


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
    st.rerun()
