"""What a short training by likelihood matching comes to in each language, beside a plain one on the same bytes."""

import streamlit as st

from components.frame.errors import plain
from components.lab.by_language import by_language
from components.lab.context import LabContext
from components.lab.figure import show
from components.widgets.view import View

# Of each difference: its column among the cells, the axis, and what it says.
_BEYOND = {
    "Matching beyond plain training": (
        "beyond_plain", "Bits per byte beyond plain training",
        "On the same bytes in the same order; left of zero matching reads better.",
    ),
    "The same in equal time": (
        "beyond_plain_in_time", "Bits per byte beyond plain training",
        "Matching with three quarters of the steps, which take as long as all plain ones.",
    ),
    "Matching beyond no training": (
        "alm_beyond_before", "Bits per byte beyond no training", "Left of zero the training has helped.",
    ),
    "Plain training beyond none": (
        "plain_beyond_before", "Bits per byte beyond no training", "Left of zero the training has helped.",
    ),
}  # fmt: skip


def draw(context: LabContext) -> None:
    """The chosen difference."""
    name = st.selectbox("Difference", list(_BEYOND), key="lab_matching", width=300, bind="query-params")
    column, title, says = _BEYOND[name]
    chart = by_language(context, "matching", VIEW.measure, column, title, name, 0.0)
    if chart is None:
        st.info("This comparison has no numbers by language of it. Compare again to see them.")
        return
    show(chart, context)
    st.caption(f"{says} The mean over seeds; intervals resample the texts that are measured.")
    matched = [o.measures[VIEW.measure] for o in context.result.outcomes if VIEW.measure in o.measures]
    for remark in dict.fromkeys(remark for one in matched for remark in one.remarks):
        st.caption(plain(remark))


VIEW = View(
    group="Recovery",
    label="Matching",
    place=1,
    about=(
        "A transplant can be trained to say what the model before said of the same stretches of text, instead of "
        "plainly on the next token. Which of the two helps more, language by language."
    ),
    draw=draw,
    measure="alm_recovery",
)
