"""The part of the page that follows the typing: editor, cards, token view, and the tools below."""

from collections.abc import Sequence

import streamlit as st

from components.frame.errors import user_errors
from components.segmentation.context import SegmentationContext
from components.segmentation.picked import Picked
from components.segmentation.rows import segment_rows
from components.segmentation.statistic_cards import statistic_cards
from components.segmentation.token_view.component import token_view
from components.segmentation.tool import tools
from components.segmentation.view_model import token_view_of
from components.widgets import names, text_state
from components.widgets.page_link.component import page_link
from components.widgets.pickers import TOKENIZERS, tokenizers_in_link
from components.widgets.text_editor.component import text_editor
from components.widgets.view_options import ViewOptions
from core.text.samples import opening_text
from core.text.utf8 import utf8
from core.text.windows import windows


@st.fragment
def live_segmentation(specs: Sequence[str], options: ViewOptions) -> None:
    """Editor above, everything drawn from its text below; only this part reruns while the user types."""
    text_state.typed(
        text_editor(
            "editor",
            text_state.current(),
            version=text_state.version(),
            label="Text to cut into tokens",
            placeholder="Type or paste a text to compare.",
            max_chars=text_state.MAX_CHARACTERS,
            height=96,
            show_label=False,
        )
    )
    text = text_state.current()
    if not text:
        st.caption("Type or paste a text above, choose one of the sample texts, or start from the opening one.")
        st.button(
            "Show the opening text", icon=":material/play_arrow:", on_click=text_state.replace, args=(opening_text(),)
        )
        return
    with user_errors():
        utf8(text)
        _draw(specs, text, options)


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
    parameters = {
        text_state.PARAMETER: text_state.in_link(),
        TOKENIZERS: tokenizers_in_link(specs),
        names.PARAMETER: names.in_link(specs),
    }
    page_link(parameters, text_state.link_note(), key="page_link")
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
