"""Whether a text is one token, under several tokenizers side by side."""

from collections.abc import Sequence
from typing import Protocol

import pandas as pd
import streamlit as st

from components.cached import tokenizers as cached
from components.widgets.chips import on_circle, piece_shown, visible
from core.tokenizers.tokenizer import TokenDetails, Tokenizer

_MOST_FOUND = 40


class _WithVocabulary(Protocol):
    """What stands on a page for one tokenizer that has a vocabulary."""

    @property
    def spec(self) -> str: ...

    @property
    def label(self) -> str: ...

    @property
    def tokenizer(self) -> Tokenizer: ...


def token_lookup(rows: Sequence[_WithVocabulary], wanted: str) -> None:
    """A row per tokenizer: whether the text is a token, its id, how it is cut otherwise, and which entries hold it."""
    found = {row.spec: row.tokenizer.find(wanted, _MOST_FOUND) for row in rows}
    table = {
        "Tokenizer": [row.label for row in rows],
        f"{visible(wanted)} is": [_is_token(wanted, found[row.spec]) for row in rows],
        "id": [_ids_of(wanted, found[row.spec]) for row in rows],
        "else cut into": [_cut(row.spec, wanted) for row in rows],
        "entries that hold it": [
            " ".join(f"{entry_shown(one)}={one.id}" for one in _others(wanted, found[row.spec])) for row in rows
        ],
    }
    st.dataframe(pd.DataFrame(table), hide_index=True, placeholder="–")


def entry_shown(entry: TokenDetails) -> str:
    """An entry as people read it: its bytes, or its spelling where it stands for none."""
    return piece_shown(entry.piece) if entry.piece else entry.spelling


def _exact(wanted: str, found: Sequence[TokenDetails]) -> list[TokenDetails]:
    return [one for one in found if one.piece == wanted.encode() or one.spelling == wanted]


def _others(wanted: str, found: Sequence[TokenDetails]) -> list[TokenDetails]:
    exact = _exact(wanted, found)
    return [one for one in found if one not in exact]


def _is_token(wanted: str, found: Sequence[TokenDetails]) -> str:
    return "a token" if _exact(wanted, found) else "no token"


def _ids_of(wanted: str, found: Sequence[TokenDetails]) -> str:
    return ", ".join(str(one.id) for one in _exact(wanted, found))


def _cut(spec: str, wanted: str) -> str:
    """How the tokenizer cuts it as a text of its own."""
    segmentation = cached.segmentation(spec, wanted, False, False)
    spans = zip(segmentation.starts.tolist(), segmentation.ends.tolist(), strict=True)
    return " | ".join(on_circle(piece_shown(segmentation.text[a:b])) for a, b in spans)
