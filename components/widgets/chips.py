"""Pieces of text as a row of chips; everything a tokenizer or user wrote is escaped."""

from collections.abc import Callable, Sequence
from html import escape

import streamlit as st

from core.tokenizers.backends.display import displayed, undisplayed

_CHIP = (
    "display:inline-block;margin:2px 3px 2px 0;padding:1px 6px;border-radius:5px;white-space:pre-wrap;"
    "border:1px solid rgba(128,140,160,.45);background:rgba(128,150,190,{strength});unicode-bidi:isolate"
)
_SPACE = '<span style="font-family:monospace;opacity:.65">␣</span>'
MOST = 400  # chips drawn; the rest is counted


def chips(pieces: Sequence[str], marked: Callable[[int], bool] = lambda index: False) -> None:
    """Draw the pieces in order, those that are `marked` stronger."""
    html = "".join(
        f'<span dir="auto" style="{_CHIP.format(strength=".45" if marked(i) else ".14")}'
        f'{";font-weight:650" if marked(i) else ""}">{escape(visible(piece)).replace("␣", _SPACE)}</span>'
        for i, piece in enumerate(pieces[:MOST])
    )
    more = f" <span>… and {len(pieces) - MOST:,} more</span>" if len(pieces) > MOST else ""
    st.html(f'<div style="line-height:1.9;overflow-wrap:anywhere">{html}{more}</div>')


def piece_shown(piece: bytes) -> str:
    """A token's bytes as people read them: text with what is invisible in it named, or bytes in brackets.

    >>> piece_shown(b" a"), piece_shown(b" \\xf0\\x9f")
    ('␣a', '⟨20 f0 9f⟩')
    """
    return visible(displayed(piece))


def visible(text: str) -> str:
    """A piece with its spaces and controls made visible; joiners inside a word stay as they are, as do hex bytes.

    >>> visible(" a\\n"), visible("\\u200b"), visible("\\u200d"), visible("⟨20 f0⟩")
    ('␣a⏎', '[U+200B]', '[U+200D]', '⟨20 f0⟩')
    """
    if text.startswith("⟨") and displayed(undisplayed(text)) == text and undisplayed(text) != text.encode():
        return text
    joiners = "\u200c\u200d" if text.strip("\u200c\u200d") else ""
    marks = {" ": "␣", "\n": "⏎", "\r": "␍", "\t": "→"}
    return "".join(marks.get(c) or (c if c.isprintable() or c in joiners else f"[U+{ord(c):04X}]") for c in text)
