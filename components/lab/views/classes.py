"""Where the loss falls: bits per byte by class of the token, and by class of the token before it."""

from collections.abc import Iterable

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
    shares = _shares(tables.values(), side, _BY[words])
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
        "Bits are counted where the class stands; in brackets the most of the text's bytes that it makes up for any "
        "of the models. Each model's classes are of its own tokens."
    )


def _shares(tables: Iterable[Table], side: str, by: str) -> dict[str, float]:
    """Each class that occurs with its largest share of bytes, in the order of the tables."""
    found: dict[str, float] = {}
    for table in tables:
        for row in table.where(side=side, by=by).tolist():
            share = float(table.numbers("byte_share")[row])
            if share > 0:
                name = table.words("name")[row]
                found[name] = max(found.get(name, 0.0), share)
    return found


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
