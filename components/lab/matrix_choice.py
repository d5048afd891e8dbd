"""A choice between the two matrices, where they are two."""

import streamlit as st

from components.lab.context import LabContext


def one_side(context: LabContext) -> str:
    """ "input" or "output"; a model whose matrices are one has the input only."""
    if not any("output" in outcome.rows for outcome in context.result.transplants):
        st.caption("Input and output share one matrix in this model.")
        return "input"
    chosen: str = st.segmented_control(
        "Matrix",
        ["Input", "Output"],
        default="Input",
        required=True,
        key="lab_side",
        help="The input matrix is read: a row per token. The output matrix, or head, predicts: a row per token.",
        bind="query-params",
    )
    return chosen.lower()
