"""The segmentation component: one text under several tokenizers, its token boxes painted behind the unbroken text.

The JavaScript stands in plain files beside this one, joined by `script.py` into one function. That function draws in
Streamlit and, unchanged, in a page of its own: the HTML export embeds it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Literal

import streamlit as st

from components.frame import first_page
from components.frame.scripted_component import ScriptedComponent
from components.segmentation.token_view.script import library


@dataclass(frozen=True)
class TokenDetail:
    """What a vocabulary says about one id: its spelling, and a rank or score in words ("merge rank 1234", "")."""

    spelling: str = ""
    measure: str = ""


@dataclass(frozen=True)
class Lane:
    """One tokenizer's tokens in the window shown.

    Args:
        label: the tokenizer's name as the reader knows it; any text, shown inert.
        spec: the tokenizer's spec string, unique among lanes; pins and focus follow it from one text to the next.
        colour: the tokenizer's own colour, `#rrggbb`, used for its label mark only.
        summary: a few words beside the label, such as "56 tokens".
        ids: token ids, T of them.
        starts: first byte of each token's span, relative to the window's UTF-8 bytes; ordered.
        ends: byte after each token's span; equal to the start for an inserted token.
        kinds: 0 ordinary, 1 byte fallback, 2 unknown, 3 special, 4 inserted.
        pieces: the vocabulary's bytes of those tokens (by index) whose bytes differ from their span's bytes.
        details: per id, what the hover card adds.
        total: its tokens in the whole text; 0 where that is not said.
        cut: lanes with the same number cut the whole text alike and are drawn as one, until unfolded; -1 is alone.
    """

    label: str
    spec: str
    ids: Iterable[int]
    starts: Iterable[int]
    ends: Iterable[int]
    kinds: Iterable[int]
    colour: str = "#0072B2"
    summary: str = ""
    pieces: Mapping[int, bytes] = field(default_factory=dict)
    details: Mapping[int, TokenDetail] = field(default_factory=dict)
    total: int = 0
    cut: int = -1


@dataclass(frozen=True)
class FoundInText:
    """Places of a word that was sought.

    Args:
        query: the word.
        total: its places in the whole text.
        number: of the current one among them, from 1; 0 if there is none.
        spans: (first byte, byte after) of those in the window, relative to it.
        current: the current one likewise, None if it is in another window.
    """

    query: str
    total: int
    number: int
    spans: Sequence[tuple[int, int]] = ()
    current: tuple[int, int] | None = None


@dataclass(frozen=True)
class TokenView:
    """What the component draws: a window of a text and its lanes.

    Args:
        text: the window shown.
        lanes: one per tokenizer, one to eight.
        char_offset: characters of the whole text before the window; added to every offset shown.
        byte_offset: UTF-8 bytes of the whole text before the window; likewise.
        first_index: per lane, the index in the whole text of its first token here; empty means 0 for all.
        view: "lanes" (one shared axis), "cards" (one flowing text per tokenizer), or "auto": cards on a phone.
        colours: "alternate", or "id": the same token has the same colour everywhere.
        invisible: show spaces, tabs and controls.
        font_scale: size of the text, 1 is 20 px.
        ids: write each token's id under its box.
        menu: offer files in a menu of its own; not where the page offers them elsewhere.
        mono: every character as wide as the others, as code is written.
        dense: smaller text and less room between lanes.
        counts: say each lane's `summary`; not where the page says it already.
        found: what was sought in the text, and where it is.
    """

    text: str
    lanes: tuple[Lane, ...]
    char_offset: int = 0
    byte_offset: int = 0
    first_index: tuple[int, ...] = ()
    view: Literal["lanes", "cards", "auto"] = "lanes"
    colours: Literal["alternate", "id"] = "alternate"
    invisible: bool = False
    font_scale: float = 1.0
    ids: bool = False
    menu: bool = True
    mono: bool = False
    dense: bool = False
    counts: bool = True
    found: FoundInText | None = None


@dataclass(frozen=True)
class TokenViewEvent:
    """A token that was clicked: its lane and its index among that lane's tokens in the window.

    `id` and `start` (a byte offset in the whole text) tell whether it is still the same token after the text changed.
    """

    lane: int
    index: int
    id: int
    start: int


@dataclass(frozen=True)
class TokenViewTools:
    """What the page does when the reader asks for it in the view; each is called before the rerun that follows.

    Args:
        find: seek this, and show the place with this number, counted from 0 and on from either end.
        order: put the lanes with these specs in this order.
        narrow: there is only room for cards.
    """

    find: Callable[[str, int], None]
    order: Callable[[list[str]], None]
    narrow: Callable[[], None]


def payload(view: TokenView) -> dict[str, Any]:
    """The JSON document that the JavaScript draws.

    >>> lane = Lane("bytes", "builtin:utf8-bytes", ids=[104], starts=[0], ends=[1], kinds=[0])
    >>> payload(TokenView("h", (lane,)))["lanes"][0]["ends"]
    [1]
    """
    return {
        "text": view.text,
        "char_offset": view.char_offset,
        "byte_offset": view.byte_offset,
        "lanes": [_lane_payload(lane) for lane in view.lanes],
        "view": view.view,
        "colours": view.colours,
        "invisible": view.invisible,
        "font_scale": view.font_scale,
        "ids": view.ids,
        "menu": view.menu,
        "mono": view.mono,
        "dense": view.dense,
        "counts": view.counts,
        "found": asdict(view.found) if view.found else None,
        "first_index": [int(i) for i in view.first_index] or [0] * len(view.lanes),
    }


def _lane_payload(lane: Lane) -> dict[str, Any]:
    ids = _integers(lane.ids)
    shown = set(ids)
    return {
        "label": lane.label,
        "spec": lane.spec,
        "colour": lane.colour,
        "summary": lane.summary,
        "total": lane.total,
        "cut": lane.cut,
        "ids": ids,
        "starts": _integers(lane.starts),
        "ends": _integers(lane.ends),
        "kinds": _integers(lane.kinds),
        "pieces": {str(index): piece.hex() for index, piece in lane.pieces.items()},
        "details": {
            str(id): {"spelling": detail.spelling, "measure": detail.measure}
            for id, detail in lane.details.items()
            if id in shown
        },
    }


def _integers(values: Iterable[int]) -> list[int]:
    """Plain integers from a sequence or a numpy array, which converts itself fastest."""
    tolist = getattr(values, "tolist", None)
    return list(tolist()) if tolist else [int(value) for value in values]


_COMPONENT = ScriptedComponent(
    "token_atlas_token_view", js=f"{library()}\nexport default tokenAtlasView().streamlitMount;\n"
)


def token_view(view: TokenView, *, key: str, tools: TokenViewTools | None = None) -> TokenViewEvent | None:
    """Draws `view`; gives the token just clicked, in the one rerun that the click causes, and None otherwise."""
    asked = tools or TokenViewTools(lambda query, number: None, lambda specs: None, lambda: None)
    result = _COMPONENT(
        key=key,
        data=payload(view) | {"tools": tools is not None, "key": key},
        seen=first_page.address(),
        on_picked_change=lambda: None,
        on_find_change=lambda: asked.find(*_sought(st.session_state[key].get("find"))),
        on_order_change=lambda: asked.order([str(spec) for spec in st.session_state[key].get("order") or ()]),
        on_narrow_change=asked.narrow,
    )
    picked = result.get("picked")
    if not isinstance(picked, dict):
        return None
    return TokenViewEvent(
        lane=int(picked["lane"]), index=int(picked["index"]), id=int(picked["id"]), start=int(picked["start"])
    )


def _sought(sent: object) -> tuple[str, int]:
    """The word and the number of the place that the browser asks for."""
    return (str(sent.get("query", "")), int(sent.get("number", 0))) if isinstance(sent, dict) else ("", 0)
