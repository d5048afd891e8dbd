"""Shared tokens hidden from the method and made up like new ones: how near, and what it costs."""

import streamlit as st

from components.lab.context import LabContext
from components.lab.dots import dots, figures
from components.lab.figure import show
from components.widgets.view import View
from core.common.numbers import count
from core.lab.key_picture_points import number_at
from core.stats.number import Number

_MEASURE = "held_out_anchors"
_SIDES = {"Input rows made up": "input", "Output rows made up": "output", "Both": "both"}
_LIKENESS = {
    "Cosine, input": "input_cosine",
    "Cosine, output": "output_cosine",
    "Neighbours in common, input": "input_neighbour_overlap",
    "Neighbours in common, output": "output_neighbour_overlap",
}
_LENGTHS = {"Input": "input_norm_ratio", "Output": "output_norm_ratio"}


def draw(context: LabContext) -> None:
    """What made-up rows cost the original, or how near they are to the true ones."""
    chosen = st.segmented_control(
        "Number", ["Bits lost", "Likeness", "Length"], default="Bits lost", required=True, key="lab_held_out",
        bind="query-params", label_visibility="collapsed",
    )  # fmt: skip
    tables = {o.name: t for o in context.result.transplants if (t := o.table(_MEASURE, "working")) is not None}
    if chosen == "Bits lost" and tables:
        there = {words: side for words, side in _SIDES.items() if any(len(t.where(side=side)) for t in tables.values())}
        values = {
            name: [
                number_at(table, "bits_lost", int(rows[0])) if len(rows := table.where(side=side)) else _ONE_MATRIX
                for side in there.values()
            ]
            for name, table in tables.items()
        }
        alt = f"Bits per byte that the original loses with rows made up by {len(values)} methods."
        show(dots(context, "held_out", list(there), values, "Bits per byte lost", alt, 0.0), context)
    elif chosen == "Likeness":
        show(figures(context, "held_out", _MEASURE, _LIKENESS, "Likeness to the true rows", 1.0), context)
    else:
        show(figures(context, "held_out", _MEASURE, _LENGTHS, "Length, × that of the true rows", 1.0), context)
    facts = next((o.measures[_MEASURE].facts for o in context.result.transplants if _MEASURE in o.measures), {})
    if "n_hidden" in facts:
        were = "was" if facts["n_hidden"] == 1 else "were"
        st.caption(
            f"{count(facts['n_hidden'])} of {count(facts['n_shared'])} shared tokens {were} hidden. The original keeps "
            "its own tokenizer, so no text is cut otherwise: what is lost is the error of the rows alone."
        )


_ONE_MATRIX = Number(float("nan"), reason="Input and output share one matrix.")

VIEW = View(
    group="Matrices",
    label="Held-out tokens",
    place=3,
    about=(
        "For tokens that both vocabularies have, the true row is known. Some are hidden from the method, which makes "
        "up rows for them; put into the original, they show how good its rows are when nothing else changes."
    ),
    draw=draw,
    measure=_MEASURE,
)
