"""What the lab shows before anything was asked: a sentence, and one click that needs no model of one's own."""

import streamlit as st

from components.cached import lab as cached_lab
from components.frame.errors import show_error
from components.lab.form.start import start
from core.common.errors import UserError


def introduction() -> None:
    """The sentence, and the button of the lecture mode."""
    st.caption(
        "What happens to a language model when its tokenizer is replaced? Several methods make up the missing rows; "
        "each result is measured per byte on the same texts, against the model before and against negative controls."
    )
    with st.container(horizontal=True, vertical_alignment="center"):
        st.button(
            "Show it on the shipped models",
            icon=":material/school:",
            type="primary",
            on_click=_lecture,
            key="lab_lecture",
            help="A tiny English-minded model gets the tokenizer of a multilingual one, by three methods. Under a "
            "minute, without a network.",
        )
        st.caption("or set up your own:", width="content")


def _lecture() -> None:
    from core.lab.example import lecture_plan

    try:
        plan = lecture_plan()
        if plan is None:
            raise UserError("This copy has no shipped models. Make them with make models, or choose a model below.")
        look = cached_lab.look(plan)
    except UserError as error:
        show_error(error)
        return
    start(look)
