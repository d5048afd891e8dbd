"""Exact probabilities of every byte, boundaries or not, on a sample."""

import streamlit as st

from components.lab.context import LabContext
from components.lab.dots import figures
from components.lab.figure import show
from components.widgets.view import View
from core.common.numbers import count

_MEASURE = "exact_bytes"
# Of each choice: the numbers in its rows, the axis, where nothing has changed.
_CHOICES: dict[str, tuple[dict[str, str], str, float | None]] = {
    "Divergence": (
        {"KL at every byte": "exact_kl", "Bits per byte lost": "exact_bits_lost"}, "Bits beyond the original", 0.0,
    ),
    "Bits per byte": (
        {
            "Of the tokens written": "token_bits_per_byte",
            "Exact, own segmentation": "exact_bits_per_byte",
            "Short, own segmentation": "canonical_bits_per_byte",
            "Short, all segmentations": "all_bits_per_byte",
        },
        "Bits per byte",
        None,
    ),
    "Mass kept": ({"Share not lost": "canonical_mass"}, "Probability not lost to other segmentations", 1.0),
}  # fmt: skip


def draw(context: LabContext) -> None:
    """The chosen numbers."""
    chosen = st.segmented_control(
        "Numbers", list(_CHOICES), default="Divergence", required=True, key="lab_every_byte", bind="query-params",
        label_visibility="collapsed",
    )  # fmt: skip
    rows, title, zero = _CHOICES[chosen]
    show(figures(context, "every_byte", _MEASURE, rows, title, zero), context)
    facts = next(o.measures[_MEASURE].facts for o in context.result.outcomes if _MEASURE in o.measures)
    n = facts.get("n_windows", 0)
    of = "the beginning of 1 text" if n == 1 else f"the beginnings of {count(n)} texts"
    st.caption(
        f"On {of}. Here a boundary says nothing, so two equally "
        "good models differ only by what they expect, and there is no other floor."
    )


VIEW = View(
    group="Agreement",
    label="Every byte",
    place=1,
    about=(
        "A model of tokens has a probability for every byte, also inside a token: a sum over all token sequences that "
        "the text so far may be the beginning of. It is costly, so it is done on a sample."
    ),
    draw=draw,
    measure=_MEASURE,
)
