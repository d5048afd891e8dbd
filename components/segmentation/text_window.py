"""The stretch of a long text that is drawn: chosen by its page, or by a word that is sought."""

import streamlit as st

from components.segmentation.token_view.component import FoundInText
from components.widgets import text_state
from core.common.numbers import count
from core.text.occurrences import occurrences
from core.text.windows import windows

_PAGE, _SOUGHT = "page_of_text", "sought_in_text"
_PAGER_WIDTH = 470  # px; as wide as what it holds, it would keep the width, and so the pages, that it first had


def window(text: str) -> tuple[int, int]:
    """The characters to draw: all of a short text, one page of a long one."""
    spans = windows(text)
    if len(spans) == 1:
        return spans[0]
    with st.container(horizontal=True, vertical_alignment="center"):
        start, end = spans[min(st.pagination(len(spans), key=_PAGE, width=_PAGER_WIDTH), len(spans)) - 1]
        st.caption(
            f"Drawn: characters {count(start + 1)} to {count(end)} of {count(len(text))}. "
            "All numbers are for the whole text."
        )
    return start, end


def seek(query: str, number: int) -> None:
    """Seek a word in the text, and turn to the page with the place of this number, counted on from either end."""
    st.session_state[_SOUGHT] = query, number
    text = text_state.current()
    places, spans = occurrences(text, query), windows(text)
    if places and len(spans) > 1:
        start = places[number % len(places)][0]
        st.session_state[_PAGE] = 1 + next(page for page, (_, end) in enumerate(spans) if start < end)


def found(text: str, span: tuple[int, int]) -> FoundInText | None:
    """The places of what is sought; None if nothing is."""
    query, number = st.session_state.get(_SOUGHT, ("", 0))
    if not query:
        return None
    places = occurrences(text, query)
    if not places:
        return FoundInText(query, 0, 0)
    current = number % len(places)
    shown = {place: _bytes_of(text, span, place) for place in places if place[0] < span[1] and place[1] > span[0]}
    return FoundInText(query, len(places), current + 1, list(shown.values()), shown.get(places[current]))


def _bytes_of(text: str, span: tuple[int, int], place: tuple[int, int]) -> tuple[int, int]:
    """A place, in characters of the text, in bytes of the window."""
    start, end = max(place[0], span[0]), min(place[1], span[1])
    before = len(text[span[0] : start].encode())
    return before, before + len(text[start:end].encode())
