"""How a token was put together: a row per part, indented below what was made of it."""

from collections.abc import Sequence

import streamlit as st

from components.widgets.chips import chip, piece_shown
from core.common.numbers import count

_MOST = 60  # rows


def merge_tree(steps: Sequence[tuple[int, bytes, int]]) -> None:
    """Draw it.

    Args:
        steps: depth, bytes, and how many entries there were once it was made, 0 for what was there from the start;
            each before its parts.
    """
    rows = "".join(_row(*step) for step in steps[:_MOST])
    more = f"<div>… and {count(len(steps) - _MOST)} more</div>" if len(steps) > _MOST else ""
    st.html(f'<div style="overflow-x:auto;font-size:.9rem;line-height:1.7">{rows}{more}</div>')


def _row(depth: int, piece: bytes, n: int) -> str:
    when = f"with {count(n)} entries" if n else "from the start"
    return (
        f'<div style="padding-left:{1.6 * depth:.1f}em;white-space:nowrap">{chip(piece_shown(piece), not depth)}'
        f'<span style="opacity:.75">{when}</span></div>'
    )
