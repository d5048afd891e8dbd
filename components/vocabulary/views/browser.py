"""Every entry of one vocabulary: found, narrowed, put in order, and one of them looked at closely."""

import numpy as np
import streamlit as st

from components.frame.errors import plain
from components.vocabulary.choices import TOKEN, EntryChoice, chosen_ids, entry_choice
from components.vocabulary.context import VocabularyContext
from components.vocabulary.counted_on import counted_on, said_of
from components.vocabulary.entry import draw_entry
from components.vocabulary.entry_table import COUNT, LANGUAGES, LENGTH, RANK, entry_table
from components.vocabulary.linked import LINKED
from components.vocabulary.looking import looking
from components.vocabulary.one_row import one_row
from components.vocabulary.rows import VocabularyRow
from components.widgets.token_lookup import token_lookup
from components.widgets.typed_number import typed_number
from components.widgets.view import View
from core.common.numbers import count
from core.text.utf8 import has_utf8
from core.vocabulary.entries import Ids
from core.vocabulary.search import TEXT

_OPENED = "entry_opened"
_HEIGHT = 360
_LEAST_SHARE = 0.001


def draw(context: VocabularyContext) -> None:
    """Controls, the table of entries, the one chosen, and whether what is looked for is a token elsewhere."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="entry_controls"):
        row = one_row(context.rows)
        choice = entry_choice()
        corpus = counted_on()
    with looking("Looking through the entries …"):
        ids = chosen_ids(row, choice, corpus)
    if not len(ids):
        st.info(
            f"None of the {count(len(row.entries))} entries fits. Take a shorter text, or another choice under Narrow.",
            icon=":material/search_off:",
        )
    else:
        _table(row, ids, corpus)
    _is_it_a_token(context, choice)
    if len(ids):
        draw_entry(row, _entry(row, ids), context, corpus)


def _table(row: VocabularyRow, ids: Ids, corpus: str) -> None:
    """The entries, the first in sight and the others fetched as they are scrolled to; a click on an id opens it."""
    everything = entry_table(row.entries, corpus)
    whole = len(ids) == len(row.entries) and bool((np.diff(ids) > 0).all())
    text = plain(said_of(corpus))
    st.dataframe(
        everything if whole else everything.take(ids),
        hide_index=True,
        placeholder="–",
        height=min(_HEIGHT, 38 + 35 * len(ids)),
        lazy=True,
        column_order=["id", "token", LENGTH, COUNT, LANGUAGES, "class", "use", "script", RANK, "in hex"],
        column_config={
            "id": st.column_config.ButtonColumn(
                width="small", pinned=True, type="tertiary", on_click=_open, key=_OPENED,
                help="A click opens the entry below.",
            ),
            "token": st.column_config.TextColumn(width="medium"),
            LENGTH: st.column_config.NumberColumn(width="small"),
            RANK: st.column_config.NumberColumn(help="Merge rank, where small is early, or log-probability."),
            COUNT: st.column_config.NumberColumn(help=f"How often {text} use it."),
            LANGUAGES: st.column_config.NumberColumn(help="In how many of these languages it is used."),
        },
        alt=f"{count(len(ids))} entries of {row.label}",
    )  # fmt: skip
    st.caption(f"{share_of(len(ids), len(row.entries))}. A click on an id opens it.")


def share_of(n: int, of: int) -> str:
    """So many entries as a share of all.

    >>> share_of(1, 4), share_of(1, 9_999), share_of(0, 4)
    ('1 entry, 25.0% of 4', '1 entry, under 0.1% of 9\u202f999', '0 entries, 0.0% of 4')
    """
    share = f"{n / of:.1%}" if not n or n / of >= _LEAST_SHARE else "under 0.1%"
    return f"{count(n)} {'entry' if n == 1 else 'entries'}, {share} of {count(of)}"


def _open() -> None:
    click = st.session_state.get(_OPENED)
    if click is not None:
        open_entry(click["label"])


def open_entry(label: str) -> None:
    """Look at the entry whose id stands on a button of the table."""
    st.session_state[TOKEN] = label


def _entry(row: VocabularyRow, ids: Ids) -> int:
    """The id that is looked at: the one typed, clicked or linked, at first the first in the table."""
    most = len(row.entries) - 1
    return int(typed_number(LINKED, "Entry, by its id", TOKEN, int(ids[0]), 0, most, whole=True, width=160))


def _is_it_a_token(context: VocabularyContext, choice: EntryChoice) -> None:
    """For a text that is looked for: one token in one vocabulary, five in another."""
    if choice.how != TEXT or not choice.wanted or not has_utf8(choice.wanted):
        return
    st.markdown("**Is it a token?**")
    token_lookup(context.rows, choice.wanted)


VIEW = View(name="browser", label="Browser", place=20, draw=draw, about="Every entry of one vocabulary.")
