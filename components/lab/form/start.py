"""Hands a comparison in and opens it."""

import streamlit as st

from components.runs.job_cards import OPENED, submit
from core.lab.foreseen import Look


def start(look: Look) -> bool:
    """Submit the job of a plan that was looked at, and make the page show it; False if it was refused."""
    handed = look.submission
    job = submit("transplant", handed.params, handed.inputs, handed.label)
    if job is None:
        return False
    st.query_params.clear()
    st.query_params[OPENED] = job.key
    return True
