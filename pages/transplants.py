"""The transplant lab: replace a model's tokenizer in several ways, and see exactly what that did."""

import streamlit as st

from components.cached import lab as cached_lab
from components.cached import runs as cached_runs
from components.frame.errors import show_error, user_errors
from components.frame.visitor import visitor
from components.lab.form.again import ask_again
from components.lab.form.form import ask
from components.lab.form.start import start
from components.lab.form.state import PLAN, from_the_link, written
from components.lab.introduction import back_to_shipped, introduction
from components.lab.preview import before
from components.lab.progress import under_way
from components.lab.result import draw_result
from components.lab.shipped import offered, opens_on_shipped, shipped_comparison
from components.runs.job_cards import OPENED, close_opened, may_see, show_refusal
from components.runs.naming import name_button, named, title
from components.widgets.page_link.component import page_link
from core.common.errors import UserError, shown
from core.lab.link import plan_to_link

jobs = cached_runs.jobs()
key = st.query_params.get(OPENED)

if not key:
    st.title("Transplant lab", anchor=False)
    from_the_link()
    if opens_on_shipped():
        shipped_comparison()
        st.stop()
    introduction()
    if offered():
        back_to_shipped()
    look = plan = None
    with st.container(border=True, key="lab_form"):
        with user_errors():
            plan = ask()
            if plan is None:
                st.caption("Choose a model, a tokenizer or a donor that has it, a method and a text.")
            else:
                look = cached_lab.look(plan)
        with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
            pressed = st.button(
                "Compare", icon=":material/play_arrow:", type="primary", disabled=look is None, key="lab_run"
            )
            packed = plan_to_link(plan) if plan is not None else None
            written(packed or "")
            note = "" if packed or plan is None else "This plan is too long for a link."
            page_link({PLAN: [packed] if packed else []}, note, key="lab_plan_link")
        if look is not None:
            before(look)
        if pressed and look is not None and start(look):
            st.rerun()
        show_refusal()
    st.stop()

try:
    job = jobs.get(key)
    if job.kind != "transplant" or not may_see(job):
        raise UserError(f"There is no comparison {shown(key)} here. Open it from Runs, or set up a new one.")
    result, verdict = cached_lab.comparison(job)
except UserError as error:
    st.title("Transplant lab", anchor=False)
    show_error(error)
    st.button("New comparison", icon=":material/add:", on_click=close_opened)
    st.stop()

with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
    st.subheader(title(job, visitor()), anchor=False, width="content")
    with st.container(horizontal=True, vertical_alignment="center", width="content"):
        name_button(job, visitor())
        st.button("Change it", icon=":material/tune:", key="lab_change", on_click=ask_again, args=(result.plan,))
        page_link({}, key="lab_result_link")
with user_errors():
    named(jobs, job)
under_way(job, result)
draw_result(job, result, verdict)
