"""Where the loss falls: bits per byte by class of the token, and by class of the token before it."""

import streamlit as st

from components.lab.context import LabContext
from components.lab.dots import dots
from components.lab.figure import show
from components.widgets.view import View
from core.evaluation.results import Table
from core.lab.key_picture_points import number_at
from core.stats.number import Number

_BY = {"New or shared": "origin", "Kind of text": "text", "How frequent": "frequency"}
_MOST = 14  # classes shown, those that cover most bytes


def draw(context: LabContext) -> None:
    """One way to class tokens, of the token itself or of the one before."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        words = st.segmented_control(
            "Tokens by", list(_BY), default="New or shared", required=True, key="lab_class", bind="query-params"
        )
        before = st.toggle(
            "of the token before",
            key="lab_before",
            disabled=_BY[words] == "frequency",
            help="A new token may be predicted well and still mislead what follows it.",
            bind="query-params",
        )
    side = "preceding" if before and _BY[words] != "frequency" else "target"
    tables = {o.name: t for o in context.result.outcomes if (t := o.table("loss_by_class", "classes")) is not None}
    shares = _shares(_with_new_tokens(context, tables), side, _BY[words])
    names = sorted(shares, key=lambda name: -shares[name])[:_MOST]
    if _BY[words] == "frequency":
        names = [name for name in shares if name in names]
    values = {
        key: [_at(table, "bits_per_byte", side, _BY[words], name) for name in names] for key, table in tables.items()
    }
    labels = [f"{name} ({shares[name]:.0%})" for name in names]
    alt = f"Bits per byte of {len(names)} classes of tokens."
    show(dots(context, "classes", labels, values, "Bits per byte of the class", alt), context)
    st.caption(
        "Bits are counted where the class stands; in brackets its share of the text's bytes as the new tokenizer cuts "
        "it, which is the same for all transplants. The model before has classes of its own tokens, all of them shared."
    )


def _with_new_tokens(context: LabContext, tables: dict[str, Table]) -> Table:
    """The classes of a model with the new tokenizer; of the model before as long as there is no other."""
    new = [o.name for o in context.result.outcomes if o.role != "original" and o.name in tables]
    return tables[next(iter([*new, *tables]))]


def _shares(table: Table, side: str, by: str) -> dict[str, float]:
    """Each class that occurs with its share of bytes, in the order of the table."""
    rows = table.where(side=side, by=by).tolist()
    found = {table.words("name")[row]: float(table.numbers("byte_share")[row]) for row in rows}
    return {name: share for name, share in found.items() if share > 0}


def _at(table: Table, column: str, side: str, by: str, name: str) -> Number:
    found = table.where(side=side, by=by, name=name)
    return number_at(table, column, int(found[0])) if len(found) else Number(float("nan"), reason="No such token.")


VIEW = View(
    group="Tokens",
    label="Classes",
    place=0,
    about=(
        "Where the loss falls: on new tokens or on shared ones, on words, numbers, spaces or pieces of characters, on "
        "frequent tokens or rare ones."
    ),
    draw=draw,
    measure="loss_by_class",
)
