"""Which of the two matrices does the damage: only the input rows new, only the output rows, or both."""

import streamlit as st

from components.lab.context import LabContext
from components.lab.dots import figures
from components.lab.figure import show
from components.widgets.view import View

_ROWS = {
    "Only input rows new": "kl_input_only",
    "Only output rows new": "kl_output_only",
    "Both new": "kl_both",
}


def draw(context: LabContext) -> None:
    """Divergence with one side, the other, and both."""
    title = "KL of the next byte from the original, bits"
    show(figures(context, "swap", VIEW.measure, _ROWS, title, 0.0), context)
    st.caption(
        "The body reads new tokens with new input rows and hands its states to the old head; or the original's states "
        "go to the new head. The larger of the two is the side to work on."
    )


VIEW = View(
    group="Agreement",
    label="Input or output",
    place=3,
    about=(
        "A transplant replaces two matrices: the input rows, by which tokens are read, and the output rows, by which "
        "they are predicted. Each is put into the original alone."
    ),
    draw=draw,
    measure="swap",
)
