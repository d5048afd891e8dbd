"""What is the matter with each vocabulary: a number per audit and tokenizer, and behind it the entries."""

from collections.abc import Mapping, Sequence

import streamlit as st

from components.frame.errors import plain
from components.vocabulary.context import VocabularyContext
from components.vocabulary.counted_on import counted_on
from components.vocabulary.findings import (
    LONGEST,
    entries_found,
    findings,
    overview,
    pairs_found,
    share_column,
    shown_entry,
    with_evidence,
)
from components.vocabulary.linked import LINKED
from components.vocabulary.looking import looking
from components.vocabulary.one_row import one_row
from components.vocabulary.rows import VocabularyRow
from components.widgets.chips import chips
from components.widgets.save_table import save_table
from components.widgets.typed_number import typed_number
from components.widgets.view import View
from core.common.numbers import count
from core.vocabulary.audit import AUDITS, Finding
from core.vocabulary.audits.incomplete import AUDIT as PAIRS
from core.vocabulary.entries import Entries

AUDIT, ROWS = "audit", "model_rows"  # keys in the session and in the link
_MOST_ROWS = 10_000_000
_TABLE = "health_table"
_EXAMPLES, _ROW = 12, 35
MOST = 2_000  # rows of the table of entries


def draw(context: VocabularyContext) -> None:
    """The numbers of all audits; of the one that is chosen what it looks for and what it found."""
    table = st.container()
    with st.container(horizontal=True, vertical_alignment="bottom"):
        named = {key: audit.definition.label for key, audit in AUDITS.all().items()}
        audit = LINKED.box("Audit", named, AUDIT, width=260)
        row = one_row(context.rows)
        about = "Of its embedding; 0 if not known."
        n_rows = int(
            typed_number(LINKED, "Rows of the model", ROWS, 0, 0, _MOST_ROWS, whole=True, width=170, help=about)
        )
        corpus = counted_on()
    with table, looking("Looking through the vocabularies …"):
        found = [findings(row, corpus, n_rows) for row in context.rows]
        _overview(found, [row.label for row in context.rows])
    _closely(row, audit, found[list(context.rows).index(row)][audit], with_evidence(row.entries, corpus, n_rows))


def _overview(found: Sequence[Mapping[str, Finding]], names: Sequence[str]) -> None:
    """A click on a row chooses its audit."""
    table = overview([dict(each) for each in found], names)
    st.dataframe(
        table,
        hide_index=True,
        placeholder="–",
        height=38 + _ROW * len(table),
        key=_TABLE,
        column_config={"audit": st.column_config.TextColumn("Entries found", pinned=True, width=200)}
        | {name: st.column_config.TextColumn(alignment="right") for name in names},
        on_select=_choose,
        selection_mode="single-row",
    )


def _choose() -> None:
    rows = st.session_state[_TABLE].selection.rows
    if rows:
        st.session_state[AUDIT] = [*AUDITS.all()][rows[0]]


def _closely(row: VocabularyRow, audit: str, found: Finding, entries: Entries) -> None:
    """What an audit looks for, examples by group, and every entry that it found."""
    definition = AUDITS.get(audit).definition
    source = f" Source: {definition.source}." if definition.source else ""
    st.markdown(f"**{definition.label}** · {plain(row.label)}")
    st.caption(plain(definition.text + source))
    if found.unavailable:
        st.info(plain(found.unavailable), icon=":material/help:")
        return
    if found.remark:
        st.caption(plain(found.remark))
    if not found.by_group:
        st.info("None is found.", icon=":material/check:")
        return
    for group, ids in found.by_group.items():
        st.markdown(plain(f"{count(len(ids))}: {group}"))
        chips([shown_entry(entries, i) for i in ids[:_EXAMPLES].tolist()])
    if audit == PAIRS.key:
        st.markdown("Pairs")
        st.dataframe(pairs_found(entries, MOST), hide_index=True, placeholder="–", height=250, key="health_pairs")
    _every(entries, found, audit)


def _every(entries: Entries, found: Finding, audit: str) -> None:
    table = entries_found(entries, found, audit, MOST)
    st.dataframe(
        table,
        hide_index=True,
        placeholder="–",
        height=min(360, 38 + _ROW * len(table)),
        key=f"{audit}_entries",
        column_config=share_column(),
    )
    save_table(lambda: entries_found(entries, found, audit), audit)
    n = len(found.ids)
    said = f"The first {count(MOST)} of {count(n)}; the file has all. " * (n > MOST)
    st.caption(f"{said}Of an entry the first {LONGEST} bytes are shown.")


VIEW = View(
    name="health", label="Health", place=40, draw=draw, about="What in each vocabulary is broken or never used."
)
