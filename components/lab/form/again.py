"""From a comparison back to the form, filled as it was asked, with a measure more where one is missing."""

from dataclasses import replace

import streamlit as st

from components.frame.errors import plain
from components.lab.context import LabContext
from components.lab.form.state import fill
from components.runs.job_cards import close_opened
from core.lab.plan import Choice, Plan


def ask_again(plan: Plan) -> None:
    """Close the comparison, and set the form up for this plan; for a callback."""
    fill(plan)
    close_opened()


def measure_too(context: LabContext, measure: str) -> None:
    """A button that sets up the same comparison with a measure more."""
    plan = context.result.plan
    chosen = plan.evaluators or tuple(Choice(key) for key in context.result.evaluators)
    st.button(
        plain(f"Compare again with {measure.replace('_', ' ')}"),
        icon=":material/add:",
        key="lab_measure_too",
        on_click=ask_again,
        args=(replace(plan, evaluators=(*chosen, Choice(measure))),),
    )
