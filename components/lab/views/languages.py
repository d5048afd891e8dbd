"""One measure, language by language, for every model."""

import streamlit as st

from components.lab.by_language import by_language
from components.lab.context import LabContext
from components.lab.figure import show
from components.widgets.view import View

# Of each measure: evaluator, column, the axis, where nothing has changed, and what it says.
_MEASURES = {
    "Bits per byte lost": (
        "bits_per_byte", "difference_to_original", "Bits per byte beyond the original", 0.0,
        "On the same bytes of text, read in the same windows.",
    ),
    "Bits per byte": (
        "bits_per_byte", "model_bits_per_byte", "Bits per byte", None,
        "What the model needs on average to guess the next byte: 8 for one who knows nothing.",
    ),
    "Perplexity ratio": (
        "perplexity_ratio", "perplexity_ratio", "Per-byte perplexity, × the original", 1.0,
        "Two to the power of the bits per byte lost.",
    ),
    "Bits per sentence": (
        "bits_per_sentence", "model_bits_per_sentence", "Bits per parallel sentence", None,
        "The same content in each language, so languages can be compared without the bias of their spelling.",
    ),
}  # fmt: skip


def draw(context: LabContext) -> None:
    """The chosen measure."""
    there = {name: m for name, m in _MEASURES.items() if any(m[0] in o.measures for o in context.result.outcomes)}
    name = st.selectbox("Measure", list(there), key="lab_language_measure", width=260, bind="query-params")
    measure, column, title, zero, says = there[name]
    chart = by_language(context, "languages", measure, column, title, name, zero)
    if chart is not None:
        show(chart, context)
    st.caption(says)


VIEW = View(
    group="Languages",
    label="Languages",
    place=0,
    about=(
        "Each model on each language apart, with 95 % intervals from resampling texts. Methods that suit one script "
        "may fail another, and the mean over languages hides it."
    ),
    draw=draw,
    measure="bits_per_byte",
)
