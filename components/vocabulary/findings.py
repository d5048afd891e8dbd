"""What audits found, as tables: a row per audit for all tokenizers, and a row per entry for one."""

from collections.abc import Sequence
from dataclasses import replace
from itertools import islice

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from components.cached import vocabulary as cached
from components.vocabulary.rows import VocabularyRow
from components.widgets.chips import piece_shown
from core.common.numbers import count
from core.vocabulary.audit import AUDITS, Finding
from core.vocabulary.entries import Entries, ModelRows
from core.vocabulary.incomplete_pairs import tried_pairs
from core.vocabulary.residue import survival

NOT_KNOWN = "–"
LONGEST = 64  # bytes of an entry that a table shows


def findings(row: VocabularyRow, corpus: str, n_rows: int = 0) -> dict[str, Finding]:
    """What each audit finds, by its key; on a corpus, by its spec, and a model with so many rows, 0 for none."""
    entries = with_evidence(row.entries, corpus, n_rows)
    return {key: cached.finding(entries, key) for key in AUDITS.all()}


def with_evidence(entries: Entries, corpus: str, n_rows: int = 0) -> Entries:
    """The entries with what audits ask beside them: counts on a corpus, and the rows of a model."""
    rows = ModelRows(n_rows, "The model") if n_rows else None
    return replace(cached.with_counts(entries, corpus), rows=rows)


def overview(found: Sequence[dict[str, Finding]], names: Sequence[str]) -> pd.DataFrame:
    """A row per audit, a column per tokenizer with the number of ids; a dash where nothing could be looked for."""
    audits = AUDITS.all()
    columns = {name: [_number(each[key]) for key in audits] for name, each in zip(names, found, strict=True)}
    return pd.DataFrame({"audit": [audit.definition.label for audit in audits.values()]} | columns)


def _number(finding: Finding) -> str:
    return NOT_KNOWN if finding.unavailable else count(len(finding.ids))


def entries_found(entries: Entries, found: Finding, audit: str, most: int | None = None) -> pd.DataFrame:
    """A row per id that an audit found, by group: id, the entry made visible, its bytes, how often it is left."""
    pairs = ((i, group) for group, ids in found.by_group.items() for i in ids.tolist())
    rows = [
        {"id": i, "token": shown_entry(entries, i), "in hex": entries.pieces[i][:LONGEST].hex(" "), "what": group}
        for i, group in islice(pairs, most)
    ]
    table = pd.DataFrame(rows, columns=["id", "token", "in hex", "what"])
    lives = survival(entries) if audit == "residue" else None
    if lives is not None:
        table["made"], table["left"] = lives.made[table["id"]], lives.left[table["id"]]
        table["share left"] = lives.share[table["id"]]
    return table


def pairs_found(entries: Entries, most: int) -> pd.DataFrame:
    """A row per pair of parts that are characters together, of the first so many: what they say, and both."""
    rows = [
        (piece_shown(entries.pieces[a] + entries.pieces[b]), a, shown_entry(entries, a), b, shown_entry(entries, b))
        for a, b in tried_pairs(entries, most).tolist()
    ]
    return pd.DataFrame(rows, columns=["together", "first id", "first", "second id", "second"])


def shown_entry(entries: Entries, i: int) -> str:
    """An entry as people read it, cut after a few bytes: text with what is invisible named, bytes in brackets."""
    piece = entries.pieces[i]
    if not piece:
        return entries.special_names.get(i, "")
    short = piece if len(piece) <= LONGEST else piece[:LONGEST].decode(errors="ignore").encode()
    return piece_shown(short) + "…" * (len(short) < len(piece))


def share_column() -> dict[str, ColumnConfig | str | None]:
    """How the table shows the columns of `entries_found`."""
    return {
        "id": st.column_config.NumberColumn(format="%d", width="small", pinned=True),
        "token": st.column_config.TextColumn(width="medium"),
        "made": st.column_config.NumberColumn(help="How often merging makes it on the text."),
        "left": st.column_config.NumberColumn(help="How often it is left at the end."),
        "share left": st.column_config.NumberColumn(format="percent", help="Of what is made, what is left."),
    }
