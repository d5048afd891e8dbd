"""Pieces of text as a row of chips; everything a tokenizer or user wrote is escaped."""

from collections.abc import Callable, Sequence
from html import escape

import streamlit as st

_CHIP = (
    "display:inline-block;margin:2px 3px 2px 0;padding:1px 6px;border-radius:5px;white-space:pre-wrap;"
    "border:1px solid rgba(128,140,160,.45);background:rgba(128,150,190,{strength});unicode-bidi:isolate"
)
MOST = 400  # chips drawn; the rest is counted


def chips(pieces: Sequence[str], marked: Callable[[int], bool] = lambda index: False) -> None:
    """Draw the pieces in order, those that are `marked` stronger."""
    html = "".join(
        f'<span dir="auto" style="{_CHIP.format(strength=".45" if marked(i) else ".14")}'
        f'{";font-weight:650" if marked(i) else ""}">{escape(visible(piece))}</span>'
        for i, piece in enumerate(pieces[:MOST])
    )
    more = f" <span>… and {len(pieces) - MOST:,} more</span>" if len(pieces) > MOST else ""
    st.html(f'<div style="line-height:1.9;overflow-wrap:anywhere">{html}{more}</div>')


def visible(text: str) -> str:
    """A piece with its spaces and controls made visible; joiners inside a word stay as they are.

    >>> visible(" a\\n"), visible("\\u200b")
    ('␣a⏎', '[U+200B]')
    """
    marks = {" ": "␣", "\n": "⏎", "\r": "␍", "\t": "→"}
    return "".join(marks.get(c) or (c if c.isprintable() or c in "\u200c\u200d" else f"[U+{ord(c):04X}]") for c in text)
