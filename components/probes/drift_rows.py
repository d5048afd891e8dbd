"""What becomes of one text under several tokenizers, in each way to cut it; and where ids first part, as chips."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd
import streamlit as st

from components.cached import probes as cached
from components.cached import tokenizers as cached_tokenizers
from components.widgets.chips import chips
from components.widgets.token_lookup import entry_shown
from core.common.errors import UserError
from core.common.numbers import count, so_many
from core.common.sandbox.interest import still_wanted
from core.probes.drift import Drift
from core.probes.drift_kinds import IN_WORDS
from core.probes.drift_text import WAYS

_BEFORE, _AFTER = 6, 18  # tokens shown around the first that differs


@dataclass(frozen=True, eq=False)
class DriftRow:
    """One tokenizer: what became of the ids of each way to cut the text, or why that cannot be said."""

    spec: str
    label: str
    found: Mapping[str, Drift | UserError]


def drift_rows(called: Mapping[str, str], text: str) -> list[DriftRow]:
    """A row per tokenizer on the page."""
    rows = []
    for spec, label in called.items():
        still_wanted()
        rows.append(DriftRow(spec, label, {way: _tried(spec, text, way) for way in WAYS}))
    return rows


def _tried(spec: str, text: str, way: str) -> Drift | UserError:
    try:
        return cached.drift(spec, cached.ids_in_parts(spec, text, way))
    except UserError as error:
        return error.with_traceback(None)


def drift_table(rows: Sequence[DriftRow]) -> pd.DataFrame:
    """A row per tokenizer, a column per way to cut."""
    ways = {way: f"Cut {one.label}" for way, one in WAYS.items()}
    columns = {label: [in_short(row.found[way]) for row in rows] for way, label in ways.items()}
    return pd.DataFrame({"Tokenizer": [row.label for row in rows], **columns})


def in_short(found: Drift | UserError) -> str:
    """For a cell of the table."""
    if isinstance(found, UserError):
        return f"– {found}"
    if found.first is None or found.kind is None:
        return f"✓ {so_many(len(found.ids), 'id', 'ids')}"
    return f"✕ from token {count(found.first + 1)} of {count(len(found.ids))}: {found.kind.value.replace('_', ' ')}"


def draw_drift(spec: str, found: Drift) -> None:
    """Both sequences around the first place that differs, and what kind of difference it is."""
    if found.first is None or found.kind is None:
        st.markdown(f":material/check: {so_many(len(found.ids), 'id comes', 'ids come')} back as given.")
        _side(spec, "Given, and what comes back", found.ids, 0, None)
        return
    st.markdown(
        f":material/call_split: They part at token {count(found.first + 1)}: {IN_WORDS[found.kind]} "
        f"({found.kind.value.replace('_', ' ')})."
    )
    given, back = (len(side) for side in found.stretch)
    start = max(0, found.first - _BEFORE)
    places = range(found.first, found.first + given)
    _side(spec, f"Given, {so_many(len(found.ids), 'id', 'ids')}", found.ids, start, places)
    _side(
        spec,
        f"What comes back, {so_many(len(found.reencoded), 'id', 'ids')}",
        found.reencoded,
        start,
        range(found.first, found.first + back),
    )


def _side(spec: str, title: str, ids: Sequence[int], start: int, marked: range | None) -> None:
    """A row of chips, those where the sequences part marked."""
    shown = ids[start : start + _BEFORE + _AFTER]
    entries = cached_tokenizers.tokenizer(spec).describe(shown)
    rest = len(ids) - start - len(shown)
    st.caption(title + (f" (from token {count(start + 1)})" if start else ""))
    chips([*map(entry_shown, entries)], lambda place: marked is not None and start + place in marked, rest)
