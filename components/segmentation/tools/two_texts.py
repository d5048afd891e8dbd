"""Two texts under one tokenizer: the same sentence in two languages, or a typo and its correction."""

from collections.abc import Sequence
from math import isnan

import pandas as pd
import streamlit as st

from components.cached import tokenizers as cached
from components.segmentation.context import SegmentationContext
from components.segmentation.rows import Row
from components.widgets import text_state
from components.widgets.chips import chips, piece_shown
from components.widgets.row_choice import choose_row
from components.widgets.text_at_hand import TextAtHand
from components.widgets.text_editor.component import reported, text_editor
from components.widgets.view import View
from core.segmentation.two_texts import DiffSegment, compare
from core.text.samples import pairs
from core.text.utf8 import has_utf8
from core.tokenizers.segmentation import Segmentation

_EDITOR = "second_editor"
_SECOND = TextAtHand("second_text", "second_version")


def draw(context: SegmentationContext) -> None:
    """A second text beside the one at hand, counts under every tokenizer, and the tokens aligned under one."""
    _SECOND.begin("")
    _SECOND.typed(reported(_EDITOR, _SECOND.current, _SECOND.version))
    _pair_picker()
    second = text_editor(
        _EDITOR,
        _SECOND.current,
        version=_SECOND.version,
        label="Second text, compared with the text above",
        placeholder="Type a second text, or choose a pair of examples.",
        max_chars=20_000,
        height=80,
    )
    if not has_utf8(second):  # the editor says at which character
        return
    if not second:
        st.caption("A second text is cut by the same tokenizers and laid beside the first.")
        return
    specials = context.options.specials
    cut = [cached.segmentation(row.spec, second, specials.add, specials.parse) for row in context.rows]
    _counts(context.rows, cut)
    row = choose_row(context.rows, "two_tokenizer", label="Aligned under")
    other = cut[list(context.rows).index(row)]
    segments = compare(row.segmentation, other).segments
    for title, segmentation, side in (("First text", row.segmentation, 0), ("Second text", other, 1)):
        st.markdown(f"**{title}**")
        _aligned(segmentation, segments, side)
    st.caption("Strong chips are tokens that the other text does not have at this place.")


def _pair_picker() -> None:
    """Example pairs, the one shown named; choosing one replaces both texts, and one's own can be had back."""
    by_key = {pair.key: pair for pair in pairs()}

    shown = _shown_pair()
    key = f"pair_{shown}"  # another for each pair shown, as for the samples

    def take() -> None:
        chosen = st.session_state[key]
        if chosen is not None and shown == _shown_pair():
            _SECOND.replace(by_key[chosen].second)
            text_state.replace(by_key[chosen].first)

    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.selectbox(
            "Pair of examples",
            list(by_key),
            index=None if shown is None else list(by_key).index(shown),
            key=key,
            format_func=lambda key: by_key[key].label,
            placeholder="Pairs of examples",
            label_visibility="collapsed",
            on_change=take,
            width=420,
        )
        if _SECOND.kept:
            st.button("Back to my second text", icon=":material/undo:", on_click=_SECOND.back)


def _shown_pair() -> str | None:
    """Key of the pair that the two texts are, letter by letter."""
    texts = (text_state.current(), _SECOND.current)
    return next((pair.key for pair in pairs() if (pair.first, pair.second) == texts), None)


def _counts(rows: Sequence[Row], cut: list[Segmentation]) -> None:
    """Tokens of both texts under every tokenizer, and their ratio."""
    found = [compare(row.segmentation, segmentation) for row, segmentation in zip(rows, cut, strict=True)]
    table = {
        "Tokenizer": [row.label for row in rows],
        "First": [comparison.n_first for comparison in found],
        "Second": [comparison.n_second for comparison in found],
        "Second / first": [None if isnan(comparison.ratio) else comparison.ratio for comparison in found],
        "Shared": [comparison.n_shared for comparison in found],
    }
    ratio = st.column_config.NumberColumn(format="%.2f×", help="Tokens of the second text per token of the first")
    shared = st.column_config.NumberColumn(help="Tokens that occur in both, as often as in the text with fewer")
    st.dataframe(
        pd.DataFrame(table), hide_index=True, column_config={"Second / first": ratio, "Shared": shared}, placeholder="–"
    )


def _aligned(segmentation: Segmentation, segments: tuple[DiffSegment, ...], side: int) -> None:
    """One text's tokens as chips, those without a partner marked."""
    differing: set[int] = set()
    for segment in segments:
        if segment.change != "equal":
            differing.update(range(*(segment.first_tokens, segment.second_tokens)[side]))
    pieces = [piece_shown(segmentation.text[a:b]) for a, b in zip(segmentation.starts, segmentation.ends, strict=True)]
    chips(pieces, marked=differing.__contains__)


VIEW = View(label="Two texts", place=60, draw=draw)
