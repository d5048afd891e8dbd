"""The part of the page that follows the typing: editor, cards, token view, and the tools below."""

from collections.abc import Sequence

import streamlit as st

from components.frame.errors import plain, user_errors
from components.segmentation.context import LIVE, TEXT_FRAGMENTS, SegmentationContext, show_text
from components.segmentation.picked import Picked
from components.segmentation.rows import segment_rows
from components.segmentation.statistic_cards import statistic_cards
from components.segmentation.token_view.component import token_view
from components.segmentation.tool import tools
from components.segmentation.view_model import token_view_of
from components.widgets import text_state
from components.widgets.page_link.component import page_link
from components.widgets.pickers import TOKENIZERS, tokenizers_in_link
from components.widgets.sample_picker import says
from components.widgets.text_editor.component import reported, text_editor
from components.widgets.view_options import ViewOptions
from core.text.samples import opening_text
from core.text.utf8 import has_utf8
from core.text.windows import windows

_EDITOR = "editor"


@st.fragment(key=LIVE)
def live_segmentation(specs: Sequence[str], options: ViewOptions) -> None:
    """Editor above, everything drawn from its text below; only this part reruns while the user types."""
    text_state.typed(
        text_editor(
            _EDITOR,
            text_state.current(),
            version=text_state.version(),
            label="Text to cut into tokens",
            placeholder="Type or paste a text to compare.",
            max_chars=text_state.MAX_CHARACTERS,
            height=96,
            show_label=False,
            on_change=_typed,
        )
    )
    _about_the_text()
    text = text_state.current()
    if not text:
        page_link(_in_link(specs), "", key="page_link")
        st.caption("Type or paste a text above, choose one of the sample texts, or start from the opening one.")
        st.button("Show the opening text", icon=":material/play_arrow:", on_click=show_text, args=(opening_text(),))
        return
    if not has_utf8(text):  # the editor says at which character
        return
    with user_errors():
        _draw(specs, text, options)


def _typed() -> None:
    """Callback of the editor: where the text is a sample no more, or one again, the chooser of samples says so too."""
    said = says()
    text_state.typed(reported(_EDITOR, text_state.current(), text_state.version()))
    if says() != said:
        st.rerun(TEXT_FRAGMENTS)


def _about_the_text() -> None:
    """What is to be known of where the text at hand came from."""
    if why := text_state.problem():
        st.error(plain(why), icon=":material/error:")
    if file := text_state.opened():
        with st.container(horizontal=True, vertical_alignment="center"):
            st.caption(plain(file.note), width="content")
            if file.marked:
                st.button("Put the byte-order mark back", type="tertiary", on_click=text_state.put_mark_back)


def _in_link(specs: Sequence[str]) -> dict[str, list[str]]:
    """What the page's address holds of the text and the tokenizers."""
    return {text_state.PARAMETER: text_state.in_link(), TOKENIZERS: tokenizers_in_link(specs)}


def _draw(specs: Sequence[str], text: str, options: ViewOptions) -> None:
    """Cards, token view, link and tools for a text that can be cut."""
    rows = segment_rows(specs, text, options.specials)
    if not rows:
        return
    statistic_cards(rows, text, options.specials)
    span = _window(text)
    event = token_view(token_view_of(rows, text, span, options), key="token_view")
    if event is not None and event.lane < len(rows):
        st.session_state["picked"] = Picked(rows[event.lane].spec, event.id, event.start)
    page_link(_in_link(specs), text_state.link_note(), key="page_link")
    tools(SegmentationContext(rows, text, span, options, st.session_state.get("picked")))


def _window(text: str) -> tuple[int, int]:
    """The characters to draw: all of a short text, one page of a long one."""
    spans = windows(text)
    if len(spans) == 1:
        return spans[0]
    with st.container(horizontal=True, vertical_alignment="center"):
        start, end = spans[min(st.pagination(len(spans), key="window"), len(spans)) - 1]
        st.caption(f"Drawn: characters {start:,} to {end:,} of {len(text):,}. All numbers are for the whole text.")
    return start, end
