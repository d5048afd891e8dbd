"""Tokens around an edit as chips: those that it touches stronger, and a bar where a cut moved."""

from collections.abc import Mapping, Sequence
from html import escape

import streamlit as st

from components.widgets.chips import chip, piece_shown
from core.probes.moved_cuts import CutToken

_BAR = "#d18a00"
_MOVED = f'<span title="this cut moved" style="color:{_BAR};font-weight:800;margin-right:3px">┃</span>'


def cut_rows(name: str, rows: Mapping[str, Sequence[CutToken]]) -> None:
    """A tokenizer's name, and its tokens of each text behind what the text is."""
    lines = "".join(
        f'<div><span style="display:inline-block;min-width:4.2em;opacity:.75">{what}</span>'
        f"{''.join(_chip(one) for one in tokens)}</div>"
        for what, tokens in rows.items()
    )
    st.html(f'<div style="line-height:1.9;overflow-wrap:anywhere"><b>{escape(name)}</b>{lines}</div>')


def _chip(one: CutToken) -> str:
    return f"{_MOVED if one.moved else ''}{chip(piece_shown(one.piece), one.touched)}"
