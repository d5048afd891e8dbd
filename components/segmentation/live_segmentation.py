"""The part of the page that follows the typing: editor, cards, token view, and the tools below."""

from collections.abc import Sequence
from dataclasses import replace

import streamlit as st

from components.frame import first_page
from components.frame.asking import fragment
from components.frame.errors import plain, user_errors
from components.segmentation.context import VIEW_KEY, SegmentationContext
from components.segmentation.linked import LINKED
from components.segmentation.picked import Picked
from components.segmentation.rows import Row, segment_rows
from components.segmentation.small_windows import TEXTS
from components.segmentation.statistic_cards import statistic_cards
from components.segmentation.text_window import found, seek, window
from components.segmentation.token_view.component import TokenView, TokenViewTools, token_view
from components.segmentation.tool import tools
from components.segmentation.view_model import token_view_of
from components.widgets import names, text_state
from components.widgets.page_link.component import page_link
from components.widgets.pickers import TOKENIZERS, put_in_order, tokenizers_in_link
from components.widgets.sample_picker import sample_picker
from components.widgets.text_editor.component import text_editor
from components.widgets.view_options import AS_CHOSEN, ORDER, ViewOptions, settle_on_cards
from core.text.samples import opening_text
from core.text.utf8 import has_utf8

_PAGE_CHANGED = "whole_page_is_due"


@fragment
def live_segmentation(specs: Sequence[str], options: ViewOptions) -> None:
    """Editor above, everything drawn from its text below; only this part reruns while the user types."""
    with st.container(horizontal=True):
        with st.container():
            _editor()
        sample_picker(TEXTS)
    _about_the_text()
    text = text_state.current()
    if not text:
        st.caption("Type or paste a text above, choose one of the sample texts, or start from the opening one.")
        st.button(
            "Show the opening text", icon=":material/play_arrow:", on_click=text_state.replace, args=(opening_text(),)
        )
        page_link(_in_link(specs), "", key="page_link")
        return
    if not has_utf8(text):  # the editor says at which character
        return
    with user_errors():
        _draw(specs, text, options)


def _editor() -> None:
    """The text as it is typed."""
    text = text_editor(
        "editor",
        text_state.current(),
        version=text_state.version(),
        label="Text to cut into tokens",
        placeholder="Type or paste a text to compare.",
        max_chars=text_state.MAX_CHARACTERS,
        height=64,
        show_label=False,
    )
    text_state.typed(text)


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
    return {
        text_state.PARAMETER: text_state.in_link(),
        TOKENIZERS: tokenizers_in_link(specs),
        names.PARAMETER: names.in_link(specs),
        **LINKED.parameters(),
    }


def _draw(specs: Sequence[str], text: str, options: ViewOptions) -> None:
    """Cards, token view, link and tools for a text that can be cut."""
    rows = in_order(segment_rows(specs, text, options.specials), options.fewest_first)
    if not rows:
        return
    statistic_cards(rows, text, options.specials)
    span = window(text)
    view = token_view_of(rows, text, span, options)
    _draw_view(replace(view, counts=False, found=found(text, span), menu=False), rows)
    link = st.container()
    first_page.give_way()
    tools(SegmentationContext(rows, text, span, options, st.session_state.get("picked")))
    with link:  # with what the tool has settled by now
        page_link(_in_link(specs), text_state.link_note(), key="page_link")


def in_order(rows: Sequence[Row], fewest_first: bool) -> list[Row]:
    """The rows as chosen, or by their tokens; those that lose some of the text then come last."""
    if not fewest_first:
        return list(rows)
    return sorted(rows, key=lambda row: (not row.segmentation.lossless, row.segmentation.n_tokens))


def _draw_view(view: TokenView, rows: Sequence[Row]) -> None:
    """The view; what it asks of the controls above the fragment needs a run of the whole page."""
    event = token_view(view, key=VIEW_KEY, tools=TokenViewTools(seek, _put_in_order, _settle_on_cards))
    if event is not None and event.lane < len(rows):
        st.session_state["picked"] = Picked(rows[event.lane].spec, event.id, event.start)
    if st.session_state.pop(_PAGE_CHANGED, False):
        st.rerun()


def _put_in_order(specs: list[str]) -> None:
    put_in_order(specs)
    st.session_state[ORDER] = AS_CHOSEN
    st.session_state[_PAGE_CHANGED] = True


def _settle_on_cards() -> None:
    settle_on_cards()
    st.session_state[_PAGE_CHANGED] = True
