"""Texts whose parts are known, each over the tokens that it is cut into: where both part, and where only one does."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from html import escape
from itertools import accumulate, pairwise
from unicodedata import bidirectional

import streamlit as st

from components.widgets.chips import chip, piece_shown

_BOTH, _LOST, _EXTRA = "✓", "○", "+"
_INK = {_BOTH: ("#0b6b4f", "#5fd3a8"), _LOST: ("#8a5a00", "#f2b84b"), _EXTRA: ("#5c6675", "#aab4c3")}
_WORDS = {_BOTH: "both part here", _LOST: "no token ends here", _EXTRA: "only tokens part here"}
_GRID = (
    "direction:{direction};display:inline-grid;grid-template-columns:repeat({n},minmax(1.1em,auto));"
    "max-width:100%;overflow-x:auto;line-height:1.5;text-align:center"
)


@dataclass(frozen=True, eq=False)
class Joined:
    """A text.

    Args:
        parts: what it is made of, side by side.
        cuts: bytes of it at which tokens part.
        extra: whether those that are no joint are marked.
    """

    parts: tuple[str, ...]
    cuts: tuple[int, ...]
    extra: bool = True

    @cached_property
    def data(self) -> bytes:
        """All of it."""
        return "".join(self.parts).encode()

    @cached_property
    def joints(self) -> list[int]:
        """Bytes at which a part ends and the next begins."""
        return [*accumulate(len(part.encode()) for part in self.parts[:-1])]

    @cached_property
    def marks(self) -> dict[int, str]:
        """What there is at each place where anything parts, from the start; empty where nothing is marked."""
        cuts, joints = {*self.cuts}, {*self.joints}
        other = _EXTRA if self.extra else ""
        return {at: other if at not in joints else _BOTH if at in cuts else _LOST for at in sorted(cuts | joints)}


def joints(texts: Sequence[Joined], dark: bool) -> None:
    """Draw them, with what the marks say: a token that reaches over a joint is stronger."""
    seen = {mark for one in texts for mark in one.marks.values()}
    if said := " · ".join(f"{mark} {words}" for mark, words in _WORDS.items() if mark in seen):
        st.caption(said)
    drawn = "".join(_drawn(one, dark) for one in texts)
    st.html(f'<div style="display:flex;flex-wrap:wrap;gap:10px 28px;align-items:end">{drawn}</div>')


def _drawn(one: Joined, dark: bool) -> str:
    edges = [0, *one.marks, len(one.data)]
    lines = {at: n for n, at in enumerate(edges, 1)}
    parts = "".join(_chips(one, [0, *one.joints, len(one.data)], lines, 1))
    marks = "".join(_mark(mark, lines[at], dark) for at, mark in one.marks.items() if mark)
    tokens = "".join(_chips(one, [0, *one.cuts, len(one.data)], lines, 3))
    right_to_left = any(bidirectional(c) in ("R", "AL") for c in "".join(one.parts))
    style = _GRID.format(direction="rtl" if right_to_left else "ltr", n=len(edges) - 1)
    return f'<div role="img" aria-label="{_said(one)}" style="{style}">{parts}{marks}{tokens}</div>'


def _chips(one: Joined, edges: Sequence[int], lines: dict[int, int], row: int) -> Iterator[str]:
    """A row of the grid; among tokens those that reach over a joint are strong."""
    for start, end in pairwise(edges):
        strong = row > 1 and any(start < at < end for at in one.joints)
        place = f";grid-row:{row};grid-column:{lines[start]}/{lines[end]}"
        yield chip(piece_shown(one.data[start:end]), strong, place)


def _mark(mark: str, line: int, dark: bool) -> str:
    style = f"grid-row:2;grid-column:{line};justify-self:start;width:1.2em;margin-inline-start:-.7em;line-height:1"
    return f'<span style="{style};color:{_INK[mark][dark]};font-weight:700">{mark}</span>'


def _said(one: Joined) -> str:
    tokens = [piece_shown(one.data[start:end]) for start, end in pairwise([0, *one.cuts, len(one.data)])]
    return escape(f"{' | '.join(one.parts)}: tokens {' | '.join(tokens)}")
