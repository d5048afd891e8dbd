"""Every entry of one vocabulary: found, narrowed, put in order, and one of them looked at closely."""

import numpy as np
import streamlit as st

from components.cached import vocabulary as cached
from components.vocabulary.choices import OF, TOKEN, EntryChoice, chosen_ids, entry_choice
from components.vocabulary.context import VocabularyContext
from components.vocabulary.entry import CORPUS, draw_entry
from components.vocabulary.entry_table import COUNT, LANGUAGES, LENGTH, RANK, entry_table
from components.vocabulary.linked import LINKED
from components.vocabulary.rows import VocabularyRow
from components.widgets.row_choice import choose_row
from components.widgets.token_lookup import token_lookup
from components.widgets.view import View
from core.common.numbers import count
from core.text.utf8 import has_utf8
from core.vocabulary.entries import Ids
from core.vocabulary.search import TEXT

_SELECTABLE = 1_000  # rows; a longer table is fetched as it is scrolled, and Streamlit selects none of such a table
_TABLE = "entry_table"
_HEIGHT = 360


def draw(context: VocabularyContext) -> None:
    """Controls, the table of entries, the one chosen, and whether what is looked for is a token elsewhere."""
    LINKED.option(OF, [row.spec for row in context.rows])
    with st.container(horizontal=True, vertical_alignment="bottom", key="entry_controls"):
        row = choose_row(context.rows, OF, width=230)
        choice = entry_choice()
    with st.spinner("Looking through the entries …"):
        ids = chosen_ids(row, choice, cached.used(row.entries, CORPUS))
    if not len(ids):
        st.info(
            f"None of the {count(len(row.entries))} entries fits. Take a shorter text, or another choice under Narrow.",
            icon=":material/search_off:",
        )
    else:
        _table(row, ids)
    _is_it_a_token(context, choice)
    if len(ids):
        draw_entry(row, _entry(row, ids), context)


def _table(row: VocabularyRow, ids: Ids) -> None:
    """The entries, the first in sight; a click on one of few chooses it."""
    everything = entry_table(row.entries, CORPUS)
    whole = len(ids) == len(row.entries) and bool((np.diff(ids) > 0).all())
    table = everything if whole else everything.take(ids)
    few = len(ids) <= _SELECTABLE
    selecting = {"on_select": lambda: _choose(ids), "selection_mode": "single-row"} if few else {"lazy": True}
    st.dataframe(
        table,
        hide_index=True,
        placeholder="–",
        height=min(_HEIGHT, 38 + 35 * len(ids)),
        key=f"{_TABLE}_{'few' if few else 'many'}",
        column_config={
            "id": st.column_config.NumberColumn(format="%d", width="small", pinned=True),
            "token": st.column_config.TextColumn(width="medium"),
            LENGTH: st.column_config.NumberColumn(width="small"),
            RANK: st.column_config.NumberColumn(help="Merge rank, where small is early, or log-probability."),
            COUNT: st.column_config.NumberColumn(help="How often the shipped sentences in many languages use it."),
            LANGUAGES: st.column_config.NumberColumn(help="In how many of these languages it is used."),
        },
        alt=f"{count(len(ids))} entries of {row.label}",
        **selecting,
    )
    share = f"{len(ids) / len(row.entries):.1%} of {count(len(row.entries))}"
    st.caption(f"{count(len(ids))} {'entry' if len(ids) == 1 else 'entries'}, {share}.")


def _choose(ids: Ids) -> None:
    rows = st.session_state[f"{_TABLE}_few"].selection.rows
    if rows and rows[0] < len(ids):
        st.session_state[TOKEN] = int(ids[rows[0]])


def _entry(row: VocabularyRow, ids: Ids) -> int:
    """The id that is looked at: the one typed, clicked or linked, at first the first in the table."""
    most = len(row.entries) - 1
    LINKED.number(TOKEN, int(ids[0]), 0, most)
    st.session_state[TOKEN] = min(int(st.session_state[TOKEN]), most)
    return int(st.number_input("Entry, by its id", 0, most, key=TOKEN, width=160, persist_state="session"))


def _is_it_a_token(context: VocabularyContext, choice: EntryChoice) -> None:
    """For a text that is looked for: one token in one vocabulary, five in another."""
    if choice.how != TEXT or not choice.wanted or not has_utf8(choice.wanted):
        return
    st.markdown("**Is it a token?**")
    token_lookup(context.rows, choice.wanted)


VIEW = View(label="Browser", place=20, draw=draw, about="Every entry of one vocabulary.")
