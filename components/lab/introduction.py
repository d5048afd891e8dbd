"""What the lab says of itself before anything was asked."""

import streamlit as st

from components.lab.form.state import leave_own


def introduction() -> None:
    """A sentence for who sees it for the first time."""
    st.caption(
        "What happens to a language model when its tokenizer is replaced? Several methods make up the missing rows; "
        "each result is measured per byte on the same texts, against the model before and against negative controls."
    )


def back_to_shipped() -> None:
    """From the form to the comparisons that ship."""
    st.button(
        "Look at a finished comparison", icon=":material/school:", type="tertiary", key="lab_back", on_click=leave_own
    )
