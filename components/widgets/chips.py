"""Pieces of text as a row of chips; everything a tokenizer or user wrote is escaped."""

import unicodedata
from collections.abc import Callable, Sequence
from html import escape

import streamlit as st

from core.common.numbers import count
from core.tokenizers.backends.display import displayed, is_hex

_CHIP = (
    "display:inline-block;margin:2px 3px 2px 0;padding:1px 6px;border-radius:5px;white-space:pre-wrap;"
    "border:1px solid rgba(128,140,160,.45);background:rgba(128,150,190,{strength});unicode-bidi:isolate"
)
_SPACE = (  # ␣ by its edges
    '<span style="display:inline-block;width:.5em;height:.32em;margin:0 .07em;border:solid currentColor;'
    'border-width:0 1.3px 1.3px;opacity:.65;font-size:1em;line-height:1;overflow:hidden"> </span>'
)
_ARROW = '<span style="margin:0 8px 0 5px;opacity:.75">→</span>'  # no chip: a tab is shown as one
MOST = 400  # chips drawn; the rest is counted


def chips(
    pieces: Sequence[str],
    marked: Callable[[int], bool] = lambda index: False,
    n_more: int = 0,
    become: Sequence[str] = (),
    all_marked: bool = False,
) -> None:
    """Draw the pieces in order, those that are `marked` stronger.

    Args:
        n_more: pieces that stand behind these and are not given.
        become: what they become, drawn behind an arrow.
        all_marked: whether what they become is stronger.
    """
    html = "".join(chip(piece, marked(i)) for i, piece in enumerate(pieces[:MOST]))
    left = n_more + max(0, len(pieces) - MOST)
    more = f" <span>… and {count(left)} more</span>" if left else ""
    after = _ARROW + "".join(chip(piece, all_marked) for piece in become[:MOST]) if become else ""
    st.html(f'<div style="line-height:1.9;overflow-wrap:anywhere">{html}{more}{after}</div>')


def chip(piece: str, strong: bool = False, more: str = "") -> str:
    """One of them as HTML.

    Args:
        more: of its style, such as where it stands in a grid.
    """
    style = _CHIP.format(strength=".45" if strong else ".14") + (";font-weight:650" if strong else "") + more
    return f'<span dir="auto" style="{style}">{chip_html(piece)}</span>'


def piece_shown(piece: bytes) -> str:
    """A token's bytes as people read them: text with what is invisible in it named, or bytes in brackets.

    >>> piece_shown(b" a"), piece_shown(b" \\xf0\\x9f")
    ('␣a', '⟨20 f0 9f⟩')
    """
    return visible(displayed(piece))


def on_circle(text: str) -> str:
    """A text that begins with a mark, which stands on a letter, on a dotted circle instead of on what is before it.

    >>> on_circle("a"), on_circle("\u0e34")
    ('a', '◌ิ')
    """
    return f"◌{text}" if text and unicodedata.category(text[0]).startswith("M") else text


def chip_html(piece: str) -> str:
    """A piece as it stands in a chip: its spaces are drawn, not written, since ␣ is a letter of few fonts.

    >>> chip_html("<b>"), chip_html("⟨20 f0⟩"), chip_html(" ") == _SPACE
    ('&lt;b&gt;', '⟨20 f0⟩', True)
    """
    if is_hex(piece):
        return piece
    return _SPACE.join(escape(visible(part)) if part else "" for part in piece.split(" "))


def visible(text: str) -> str:
    """A piece with its spaces and controls made visible; joiners inside a word stay as they are, bytes in hex too.

    >>> visible(" a\\n"), visible("\\u200b"), visible("\\u200d"), visible("⟨20 f0⟩")
    ('␣a⏎', '[U+200B]', '[U+200D]', '⟨20 f0⟩')
    """
    if is_hex(text):
        return text
    if text and all(map(_unseen, text)):
        return "".join(f"[U+{ord(c):04X}]" for c in text)
    marks = {" ": "␣", "\n": "⏎", "\r": "␍", "\t": "→"}
    return "".join(marks.get(c) or (c if c.isprintable() or _unseen(c) else f"[U+{ord(c):04X}]") for c in text)


def _unseen(c: str) -> bool:
    """Joiners and variation selectors, which change how their neighbours are drawn and have no shape of their own."""
    return c in "\u200c\u200d\u034f" or "\ufe00" <= c <= "\ufe0f" or "\U000e0100" <= c <= "\U000e01ef"
