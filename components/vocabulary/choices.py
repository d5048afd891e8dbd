"""Which entries the browser shows: what is looked for, of what they are made, and in which order."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
import streamlit as st
from numpy.typing import NDArray

from components.cached import vocabulary as cached
from components.vocabulary.linked import LINKED
from components.vocabulary.one_row import OF
from components.vocabulary.rows import VocabularyRow
from components.vocabulary.view import VIEW
from core.vocabulary.audit import AUDITS
from core.vocabulary.division import DIVISIONS
from core.vocabulary.entries import Ids
from core.vocabulary.search import MOST_CHARACTERS, TEXT, WAYS, matching
from core.vocabulary.usage import Usage

# Keys in the session and in the link.
FIND, HOW, AUDIT, SORT, TOKEN = "find_entry", "find_by", "found_by", "entry_sort", "entry"
ANY = "any"
_ANY = {ANY: "Any"}
_WAYS = {way.lower(): way for way in WAYS}
Order = Callable[[VocabularyRow, Usage], NDArray[np.float64]]


@dataclass(frozen=True)
class EntryOrder:
    """An order of entries: its name on the page, and a number per entry, the smallest first."""

    label: str
    by: Order


ORDERS: Mapping[str, EntryOrder] = {
    "id": EntryOrder("Id", lambda row, used: np.arange(len(row.entries), dtype=np.float64)),
    "longest": EntryOrder("Longest first", lambda row, used: -row.entries.lengths.astype(np.float64)),
    "shortest": EntryOrder("Shortest first", lambda row, used: row.entries.lengths.astype(np.float64)),
    "rank": EntryOrder(
        "Rank or score", lambda row, used: np.array([entry.number for entry in row.entries.details], np.float64)
    ),
    "most_used": EntryOrder("Most used first", lambda row, used: -used.counts.astype(np.float64)),
    "least_used": EntryOrder("Least used first", lambda row, used: used.counts.astype(np.float64)),
}


@dataclass(frozen=True)
class EntryChoice:
    """What the user chose.

    Args:
        wanted, how: what is looked for, and as what, a key of `WAYS`.
        parts: key of a part by key of a division.
        audit: key of the audit that found them; empty for any.
        order: a key of `ORDERS`.
    """

    wanted: str = ""
    how: str = TEXT
    parts: Mapping[str, str] = field(default_factory=dict)
    audit: str = ""
    order: str = "id"


def entry_choice() -> EntryChoice:
    """The controls in a row: what to look for, and a popover with what narrows it."""
    LINKED.text(FIND, "", MOST_CHARACTERS)
    wanted = st.text_input(
        "Find",
        key=FIND,
        placeholder="Find: hello, e4 bd, 50256, ^ \\p{Lu}",
        label_visibility="collapsed",
        max_chars=MOST_CHARACTERS,
        persist_state="session",
    )
    how = LINKED.box(
        "As", _WAYS, HOW, "Text and bytes are found inside entries; a pattern is a regular expression.", width=120
    )
    options = {AUDIT: [*AUDITS.all()]} | {part_key(key): [*one.keys] for key, one in DIVISIONS.all().items()}
    for key, known in options.items():
        LINKED.option(key, [ANY, *known])  # as the link has it, before they are counted
    narrowed = sum(st.session_state[key] != ANY for key in options)
    with st.popover(f"Narrow · {narrowed}" if narrowed else "Narrow", icon=":material/filter_alt:"):
        chosen = {key: _part(key) for key in DIVISIONS.all()}
        audits = {key: one.definition.label for key, one in AUDITS.all().items()}
        audit = LINKED.box("Found by", _ANY | audits, AUDIT, "What is the matter with an entry; Health says more.")
        st.button("Show all entries", icon=":material/filter_alt_off:", on_click=narrow, key="show_all_entries")
    order = LINKED.box(
        "Order",
        {key: one.label for key, one in ORDERS.items()},
        SORT,
        "Entries with the same number stand by id.",
        width=165,
    )
    parts = {key: part for key, part in chosen.items() if part != ANY}
    return EntryChoice(wanted, _WAYS[how], parts, audit if audit != ANY else "", order)


def part_key(division: str) -> str:
    """Of the choice of a part, in the session and in the link."""
    return f"entry_{division}"


def narrow(parts: Mapping[str, str] = {}, audit: str = ANY, wanted: str = "") -> None:
    """Show just these entries, from a callback; without an argument all of them."""
    for key in DIVISIONS.all():
        st.session_state[part_key(key)] = parts.get(key, ANY)
    st.session_state[AUDIT], st.session_state[FIND] = audit, wanted


def browse(spec: str, parts: Mapping[str, str] = {}, audit: str = ANY) -> None:
    """Lead to the browser with just these entries of one tokenizer, from a callback.

    Args:
        spec: of the tokenizer, one of those on the page.
        parts: key of a part by key of a division.
        audit: key of the audit that found them.
    """
    narrow(parts, audit)
    st.session_state[OF], st.session_state[VIEW] = spec, "browser"


def chosen_ids(row: VocabularyRow, choice: EntryChoice, corpus: str) -> Ids:
    """The ids that fit, in order, int64 (n,).

    Args:
        corpus: spec of the one on which tokens are counted.

    Raises:
        UserError: what is looked for cannot be read as that, or the corpus cannot be opened.
    """
    fits = matching(row.entries, choice.wanted, choice.how)
    for key, part in choice.parts.items():
        fits &= cached.places(row.entries, key) == list(DIVISIONS.get(key).keys).index(part)
    ids = np.flatnonzero(fits)
    if choice.audit:
        ids = np.intersect1d(ids, cached.finding(cached.with_counts(row.entries, corpus), choice.audit).ids)
    order = ORDERS[choice.order].by(row, cached.used(row.entries, corpus))[ids]
    found: Ids = ids[np.argsort(order, kind="stable")]
    return found


def _part(division: str) -> str:
    one = DIVISIONS.get(division)
    named = dict(zip(one.keys, one.parts, strict=True))
    return LINKED.box(one.definition.label, _ANY | named, part_key(division), one.definition.text)
