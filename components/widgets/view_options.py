"""How a segmentation is drawn and counted: options that fold away, each in the link."""

from dataclasses import dataclass
from typing import Literal

import streamlit as st

from components.widgets.defaults import at_first
from components.widgets.whole_number import whole_number
from core.tokenizers.tokenizer import PLAIN, Specials

VIEW, ORDER = "view", "order"  # keys of two choices, in the session and in the link
AS_CHOSEN, FEWEST_FIRST = "As chosen", "Fewest tokens first"
_CHOSEN, _NARROW, _NARROW_VIEW = "view_chosen", "window_is_narrow", "view_in_narrow_window"

View = Literal["lanes", "cards", "auto"]
_FACES: dict[str, bool | None] = {"By the text": None, "Proportional": False, "Monospaced": True}
_ROOM: dict[str, bool | None] = {"By the text": None, "Roomy": False, "Compact": True}


@dataclass(frozen=True)
class ViewOptions:
    """What the user chose.

    Args:
        view: lanes on one axis, cards with one flowing text per tokenizer, or what the width of the window allows.
        colours_by_id: the same token has the same colour, instead of alternating ones.
        invisible: draw marks for spaces, line ends and controls.
        font_scale: size of the text, 1 as usual.
        specials: what to do about special tokens.
        price: money per million tokens, or None.
        context: tokens in the model's context window, or None.
        mono: draw all characters as wide as each other; None where the text decides: code is drawn so.
        dense: draw lanes close together; None where the text decides.
        fewest_first: put tokenizers in the order of their tokens, lossy ones last, instead of as they were chosen.
        ids: write each token's id under its box.
    """

    view: View = "lanes"
    colours_by_id: bool = False
    invisible: bool = False
    font_scale: float = 1.0
    specials: Specials = PLAIN
    price: float | None = None
    context: int | None = None
    mono: bool | None = False
    dense: bool | None = False
    fewest_first: bool = False
    ids: bool = False


def view_options() -> ViewOptions:
    """The view switch, and a popover with the rest."""
    view = _view()
    with st.popover("Options", icon=":material/tune:"):
        order = _segments(
            "Order",
            [AS_CHOSEN, FEWEST_FIRST],
            ORDER,
            "By tokens, those that lose some of the text come last: they are no cheaper way to say the same.",
        )
        colours = _segments(
            "Colours",
            ["Alternating", "By token id"],
            "colours",
            "By token id: the same token has the same colour wherever it stands.",
        )
        face = _segments("Letters", list(_FACES), "face", "By the text: code is drawn in letters of one width.")
        room = _segments("Lanes", list(_ROOM), "room", "By the text: code stands closer together.")
        ids = st.toggle("Show token ids under the boxes", key="ids", bind="query-params")
        invisible, specials = _switches()
        size = st.slider("Text size", 0.7, 2.0, 1.0, 0.1, key="size", format="%.1f×", bind="query-params")
        price, context = _price_and_window()
    return ViewOptions(
        view=view,
        colours_by_id=colours == "By token id",
        invisible=invisible,
        font_scale=size,
        specials=specials,
        price=price,
        context=context,
        mono=_FACES[face],
        dense=_ROOM[room],
        fewest_first=order == FEWEST_FIRST,
        ids=ids,
    )


def _view() -> View:
    """Lanes or cards, as the user or the link says; before, as there is room for.

    Once a window was too narrow for lanes the switch is another one, which begins with cards and is in no link: what
    the browser still says of the one before can undo nothing.
    """
    if st.session_state.get(_NARROW):
        return "cards" if _switch(_NARROW_VIEW, default="Cards", bind=None) == "Cards" else "lanes"
    chosen = VIEW in st.query_params or st.session_state.get(_CHOSEN, False)
    view = _switch(VIEW, on_change=lambda: st.session_state.update({_CHOSEN: True}))
    return ("cards" if view == "Cards" else "lanes") if chosen else "auto"


def _switch(key: str, **more: object) -> str:
    about = "Lanes stack the tokenizers on one shared axis; cards give each its own flowing text."
    return _segments("View", ["Lanes", "Cards"], key, about, label_visibility="collapsed", **more)


def settle_on_cards() -> None:
    """The window is too narrow for lanes, and nobody has asked for them."""
    st.session_state[_NARROW] = True


def _segments(label: str, options: list[str], key: str, about: str, **more: object) -> str:
    """One of a few options, at first the first; in the link."""
    settings = {"default": at_first(key, options[0]), "bind": "query-params"} | more
    chosen: str = st.segmented_control(label, options, required=True, key=key, help=about, **settings)  # type: ignore[call-overload]
    return chosen


def _switches() -> tuple[bool, Specials]:
    """Whether marks are drawn, and what is done about special tokens."""
    invisible = st.toggle("Show spaces, line ends and control characters", key="invisible", bind="query-params")
    add = st.toggle(
        "Add BOS and EOS as the tokenizer would",
        key="add",
        help="Tokens a model is given around the text. They are drawn as lozenges and not counted.",
        bind="query-params",
    )
    parse = st.toggle(
        "Read special tokens in the text",
        key="parse",
        help="On: `<|im_end|>` typed in the text becomes that token. Off: it is ordinary text, as user input is.",
        bind="query-params",
    )
    return invisible, Specials(add=add, parse=parse)


def _price_and_window() -> tuple[float | None, int | None]:
    """What a million tokens cost, and how many a model reads at once; both shown under Statistics."""
    price = st.number_input(
        "Price per million tokens",
        min_value=0.0,
        value=None,
        key="price",
        placeholder="in any currency",
        help="Typed by you, since prices change; the cost of this text is shown under Statistics.",
        bind="query-params",
    )
    context = whole_number(
        "Context window in tokens",
        None,
        key="context",
        placeholder="such as 128000",
        help="How much of a model's context this text fills is shown under Statistics.",
    )
    return price, context
