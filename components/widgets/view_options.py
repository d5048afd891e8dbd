"""How a segmentation is drawn and counted: options that fold away, each in the link."""

from dataclasses import dataclass

import streamlit as st

from core.tokenizers.tokenizer import Specials


@dataclass(frozen=True)
class ViewOptions:
    """What the user chose.

    Args:
        cards: one flowing text per tokenizer, instead of lanes on one axis.
        colours_by_id: the same token has the same colour, instead of alternating ones.
        invisible: draw marks for spaces, line ends and controls.
        font_scale: size of the text, 1 as usual.
        specials: what to do about special tokens.
        price: money per million tokens, or None.
        context: tokens in the model's context window, or None.
        ids: write each token's id under its box.
    """

    cards: bool
    colours_by_id: bool
    invisible: bool
    font_scale: float
    specials: Specials
    price: float | None
    context: int | None
    ids: bool = False


def view_options() -> ViewOptions:
    """The view switch, and a popover with the rest."""
    view = st.segmented_control(
        "View",
        ["Lanes", "Cards"],
        default="Lanes",
        required=True,
        key="view",
        help="Lanes stack the tokenizers on one shared axis; cards give each its own flowing text.",
        label_visibility="collapsed",
        bind="query-params",
    )
    with st.popover("Options", icon=":material/tune:"):
        colours = st.segmented_control(
            "Colours",
            ["Alternating", "By token id"],
            default="Alternating",
            required=True,
            key="colours",
            help="By token id: the same token has the same colour wherever it stands.",
            bind="query-params",
        )
        ids = st.toggle("Show token ids under the boxes", key="ids", bind="query-params")
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
        size = st.slider("Text size", 0.7, 2.0, 1.0, 0.1, key="size", format="%.1f×", bind="query-params")
        price = st.number_input(
            "Price per million tokens",
            min_value=0.0,
            value=None,
            key="price",
            placeholder="in any currency",
            help="Typed by you, since prices change; the cost of this text is shown under Statistics.",
            bind="query-params",
        )
        context = st.number_input(
            "Context window in tokens",
            min_value=1,
            value=None,
            key="context",
            placeholder="such as 128000",
            help="How much of a model's context this text fills is shown under Statistics.",
            bind="query-params",
        )
    return ViewOptions(
        cards=view == "Cards",
        colours_by_id=colours == "By token id",
        invisible=invisible,
        font_scale=size,
        specials=Specials(add=add, parse=parse),
        price=price,
        context=context,
        ids=ids,
    )
