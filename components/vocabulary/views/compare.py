"""What vocabularies share by bytes: a matrix over all, and the entries in which two of them differ."""

from collections.abc import Sequence

import numpy as np
import pandas as pd
import streamlit as st
from numpy.typing import NDArray

from components.cached import vocabulary as cached
from components.frame.errors import plain
from components.vocabulary.context import VocabularyContext
from components.vocabulary.entry_table import shown_pieces
from components.vocabulary.linked import LINKED
from components.vocabulary.looking import looking
from components.vocabulary.rows import VocabularyRow
from components.widgets.row_choice import choose_row
from components.widgets.view import View
from core.common.numbers import count
from core.jobs.shared_cache import shared
from core.vocabulary.comparison import VocabularyChange

_MATRIX = "matrix_of"
_FIRST, _SECOND, _LIST = "first_of_two", "second_of_two", "list_of_two"
_SHARED, _HERE, _THERE, _MOVED = "shared", "first", "second", "moved"  # in the link
_LABELS = {_SHARED: "Shared", _HERE: "Only in the first", _THERE: "Only in the second", _MOVED: "Other id"}
_ACROSS = {_SHARED: "has as well", _MOVED: "has under another id", _HERE: "lacks"}
_NAMED, _LONGEST = 12, 40  # special tokens that are named, and characters of each


def draw(context: VocabularyContext) -> None:
    """The matrix, then two of them entry by entry."""
    if len(context.rows) < 2:
        st.info("Choose a second tokenizer above: this view compares two or more.", icon=":material/compare_arrows:")
        return
    which = LINKED.choice("The tokenizer above", _ACROSS, _MATRIX)
    with looking("Comparing every entry …"):
        frame = matrix(context.rows, which)
    st.dataframe(
        frame,
        hide_index=True,
        placeholder="–",
        column_config={row.label: st.column_config.NumberColumn(format="percent") for row in context.rows}
        | {"entries": st.column_config.NumberColumn(format="localized")},
        alt=f"Share of the entries of each tokenizer that each other one {_ACROSS[which]}, by bytes",
    )
    st.caption(
        f"Read across: the share of this tokenizer's entries that the one above {_ACROSS[which]}, by bytes; special "
        "tokens by name, WordPiece's word parts apart from word starts."
    )
    _two(context.rows)


def matrix(rows: Sequence[VocabularyRow], which: str) -> pd.DataFrame:
    """Share of each row's entries that each column has as well, has under another id, or lacks, 0 to 1."""
    shares = {other.label: [_share(row, other, which) for row in rows] for other in rows}
    return pd.DataFrame(
        {"Tokenizer": [row.label for row in rows], "entries": [len(row.entries) for row in rows]} | shares
    )


def _share(row: VocabularyRow, other: VocabularyRow, which: str) -> float:
    if row is other:
        return float(which == _SHARED)
    found = cached.change(row.entries, other.entries)
    ids = {_SHARED: found.first, _MOVED: found.remapped, _HERE: found.removed}[which]
    return len(ids) / max(1, len(found.first) + len(found.removed))


def _two(rows: Sequence[VocabularyRow]) -> None:
    specs = [row.spec for row in rows]
    LINKED.option(_FIRST, specs)
    LINKED.option(_SECOND, [*specs[1:], specs[0]])
    with st.container(horizontal=True, vertical_alignment="bottom"):
        first = choose_row(rows, _FIRST, label="First", width=230)
        second = choose_row(rows, _SECOND, label="Second", width=230)
        found = cached.change(first.entries, second.entries)
        sizes = {
            _SHARED: len(found.first), _HERE: len(found.removed), _THERE: len(found.added), _MOVED: len(found.remapped),
        }  # fmt: skip
        which = LINKED.choice("List", {key: f"{_LABELS[key]} · {count(n)}" for key, n in sizes.items()}, _LIST)
    if sizes[which]:
        st.dataframe(
            _listed(first, second, found, which),
            hide_index=True,
            placeholder="–",
            height=min(360, 38 + 35 * sizes[which]),
            lazy=True,
            key="two_entries",
        )
    else:
        st.info(f"{_LABELS[which]}: none.", icon=":material/check:")
    if found.special:
        n_more = len(found.special) - _NAMED
        more = f" and {count(n_more)} more" if n_more > 0 else ""
        named = ", ".join(one[:_LONGEST] for one in found.special[:_NAMED])
        st.caption(plain(f"Special tokens that only one has, or that have another id: {named}{more}."))


def _listed(first: VocabularyRow, second: VocabularyRow, found: VocabularyChange, which: str) -> pd.DataFrame:
    moved = found.first != found.second
    here, there = {
        _SHARED: (found.first, found.second),
        _MOVED: (found.first[moved], found.second[moved]),
        _HERE: (found.removed, None),
        _THERE: (None, found.added),
    }[which]
    of, ids = (second, there) if here is None else (first, here)
    assert ids is not None
    columns = {"token": _pieces(of)[ids]}
    columns |= {} if here is None else {"id in the first": here}
    columns |= {} if there is None else {"id in the second": there}
    return pd.DataFrame(columns)


def _pieces(row: VocabularyRow) -> NDArray[np.object_]:
    """Every entry as people read it, object (V,)."""
    return shared().get(("shown pieces", row.fingerprint), lambda: np.array(shown_pieces(row.entries), object))


VIEW = View(
    name="compare",
    label="Compare",
    place=30,
    draw=draw,
    about="What vocabularies share by bytes, and where two differ.",
)
