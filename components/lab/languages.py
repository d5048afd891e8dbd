"""One measure, language by language, for every model."""

import streamlit as st

from components.lab.at_hand import AtHand
from components.lab.dots import dots
from components.lab.figure import show
from core.lab.picture import number_at
from core.measures import Number, Table

# Of each measure: evaluator, table, column, the axis, where nothing has changed, and what it says.
_MEASURES = {
    "Bits per byte lost": (
        "bits_per_byte", "cells", "difference_to_original", "Bits per byte beyond the original", 0.0,
        "On the same bytes of text, read in the same windows.",
    ),
    "Perplexity ratio": (
        "perplexity_ratio", "cells", "perplexity_ratio", "Per-byte perplexity, × the original", 1.0,
        "Two to the power of the bits per byte lost.",
    ),
    "Bits per sentence": (
        "bits_per_sentence", "cells", "model_bits_per_sentence", "Bits per parallel sentence", None,
        "The same content in each language, so languages can be compared without the bias of their spelling.",
    ),
    "KL of the next byte": (
        "next_byte_agreement", "cells", "kl", "KL from the original, bits", 0.0,
        "Where both tokenizers have a boundary: how far the next byte's distribution has moved.",
    ),
    "Same favourite byte": (
        "next_byte_agreement", "cells", "top_1_agreement", "Share of places", 1.0,
        "Where both tokenizers have a boundary: how often the most likely next byte is the same.",
    ),
}  # fmt: skip


def draw(at_hand: AtHand) -> None:
    """The chosen measure."""
    name = st.selectbox("Measure", list(_MEASURES), key="lab_language_measure", width=260, bind="query-params")
    evaluator, table_name, column, title, zero, says = _MEASURES[name]
    shown = {o.name: t for o in at_hand.result.outcomes if (t := o.table(evaluator, table_name)) is not None}
    shown = {key: table for key, table in shown.items() if column in table.columns}
    if not shown:
        st.info("It was not measured in this comparison.", icon=":material/help:")
        return
    rows = ["", *at_hand.languages] if len(at_hand.languages) > 1 else [""]
    values = {key: [_at(table, column, code) for code in rows] for key, table in shown.items()}
    names = [at_hand.language(code) for code in rows]
    show(dots(at_hand, "languages", names, values, title, f"{name} of {len(shown)} models by language.", zero), at_hand)
    st.caption(says)


def _at(table: Table, column: str, code: str) -> Number:
    found = table.where(language=code, domain="")
    if len(found):
        return number_at(table, column, int(found[0]))
    return Number(float("nan"), reason="It was not measured on this language.")
