"""Ids both ways: those of the text to copy, pasted ones read back, and whether something is a token."""

from collections.abc import Sequence
from typing import Literal

import pandas as pd
import streamlit as st

from components.frame.errors import plain, show_error
from components.segmentation.context import SegmentationContext
from components.segmentation.rows import Row
from components.widgets import text_state
from components.widgets.chips import chips
from components.widgets.row_choice import choose_row
from components.widgets.token_lookup import entry_shown, token_lookup
from components.widgets.view import View
from core.common.errors import UserError
from core.common.numbers import count
from core.text.utf8 import has_utf8
from core.tokenizers.ids import MAX_IDS, ReadIds, parse_ids, read_ids
from core.tokenizers.kinds import Kind
from core.tokenizers.tokenizer import TokenDetails

_MOST_ROWS = 400


def draw(context: SegmentationContext) -> None:
    """The ids of the text, then ids that the user pastes, then a token that the user looks for."""
    row = choose_row(context.rows, "ids_tokenizer")
    _of_the_text(row)
    _to_text(row)
    _look_up(context.rows)


def _of_the_text(row: Row) -> None:
    """The ids as a list that a program reads; the box has a button that copies it."""
    ids = row.segmentation.ids.tolist()
    st.markdown(f"**Ids of this text** :gray[{count(len(ids))}; to copy those of a part, drag over it above]")
    st.code(str(ids[:MAX_IDS]), language=None, wrap_lines=True, height=_height(len(ids)))
    if len(ids) > MAX_IDS:
        st.caption(f"The first {count(MAX_IDS)} of them. All are in the tokens as JSON, under Share and keep.")


def _height(n_ids: int) -> int | Literal["content"]:
    return "content" if n_ids <= 100 else 120


def _to_text(row: Row) -> None:
    """What pasted ids stand for under one tokenizer."""
    st.markdown("**Ids → text**")
    pasted = st.text_area(
        "Ids",
        key="ids_pasted",
        placeholder="[9906, 1917], or 9906 1917, or a JSON object with input_ids",
        height=68,
        label_visibility="collapsed",
        persist_state="session",
    )
    if not pasted.strip():
        return
    try:
        ids = parse_ids(pasted)
        found = read_ids(row.tokenizer, ids)
    except UserError as error:
        show_error(error)
        return
    _what_is_wrong(row, found)
    _tokens(ids, found)
    _said(ids, found)


def _what_is_wrong(row: Row, found: ReadIds) -> None:
    """Ids that the vocabulary does not have, and bytes that are no text."""
    if found.outside:
        st.warning(
            f"{plain(row.label)} has no {_ids(found.outside)}: its ids run from 0 to {count(found.size - 1)}.",
            icon=":material/block:",
        )
    if found.unassigned:
        st.warning(f"No entry has the {_ids(found.unassigned)}: a hole in the vocabulary.", icon=":material/block:")
    if found.broken is not None:
        byte = found.data[found.broken]
        st.warning(
            f"The bytes are not valid UTF-8 from byte {count(found.broken)} on, 0x{byte:02X}: part of a character. "
            "No text gives these ids.",
            icon=":material/broken_image:",
        )


def _ids(ids: Sequence[int]) -> str:
    """
    >>> _ids([3]), _ids([3, 4])
    ('id 3', 'ids 3, 4')
    """
    more = f" and {count(len(ids) - 12)} more" if len(ids) > 12 else ""
    return f"id{'' if len(ids) == 1 else 's'} {', '.join(map(str, ids[:12]))}{more}"


def _tokens(ids: Sequence[int], found: ReadIds) -> None:
    """The tokens as chips, and in a table with their bytes."""
    chips(
        [_shown(entry) for entry in found.entries],
        marked=lambda i: (entry := found.entries[i]) is None or entry.kind == Kind.UNKNOWN,
    )
    table = {
        "place": range(1, min(len(ids), _MOST_ROWS) + 1),
        "id": [str(i) for i in ids[:_MOST_ROWS]],
        "token": [_shown(entry) for entry in found.entries[:_MOST_ROWS]],
        "bytes": ["" if entry is None else entry.piece.hex(" ") for entry in found.entries[:_MOST_ROWS]],
        "kind": ["no entry" if entry is None else Kind(entry.kind).word for entry in found.entries[:_MOST_ROWS]],
        "in the model": ["" if entry is None else entry.measure for entry in found.entries[:_MOST_ROWS]],
    }
    with st.expander("The tokens and their bytes"):
        st.dataframe(pd.DataFrame(table), hide_index=True, placeholder="–")
        if len(ids) > _MOST_ROWS:
            st.caption(f"The first {_MOST_ROWS} of {count(len(ids))}.")


def _shown(entry: TokenDetails | None) -> str:
    return "✕" if entry is None else entry_shown(entry)


def _said(ids: Sequence[int], found: ReadIds) -> None:
    """The text, and whether it gives the ids back."""
    text = found.data.decode(errors="replace")
    said = "1 id says" if len(ids) == 1 else f"{count(len(ids))} ids say"
    st.caption(
        f"{said} {count(len(found.data))} {'byte' if len(found.data) == 1 else 'bytes'} of text{':' if text else '.'}"
    )
    if text:
        st.code(text, language=None, wrap_lines=True)
    if found.back is None:
        return
    if found.back.place is None:
        st.caption(f":material/check: Encoding this text gives the same ids back, {found.back.how}.")
    else:
        st.caption(
            f":material/call_split: Encoding this text gives other ids, from place {count(found.back.place + 1)} on: "
            f"{count(len(found.back.ids))} instead of {count(len(ids))}."
        )
        st.code(str(list(found.back.ids)), language=None, wrap_lines=True, height=_height(len(found.back.ids)))
    st.button("Put this text into the editor", icon=":material/north:", on_click=text_state.replace, args=(text,))


def _look_up(rows: Sequence[Row]) -> None:
    """Whether something is a token, under every tokenizer, and which others hold it."""
    st.markdown("**Is it a token?**")
    wanted = st.text_input(
        "Look up",
        key="ids_wanted",
        placeholder="strawberry, or with a space in front as it stands within a text",
        label_visibility="collapsed",
        persist_state="session",
    )
    if not wanted or not has_utf8(wanted):
        return
    able = [row for row in rows if row.tokenizer.info.n_vocabulary is not None]
    token_lookup(able, wanted)
    missing = [row.label for row in rows if row not in able]
    if missing:
        st.caption(plain(f"{', '.join(missing)}: cut by a rule, without a vocabulary."))


VIEW = View(label="Ids", place=25, draw=draw)
