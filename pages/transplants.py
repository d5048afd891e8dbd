"""The transplant lab: replace a model's tokenizer in several ways, and see exactly what that did."""

import streamlit as st

from components import cached_lab, cached_runs
from components.errors import plain, show_error, user_errors
from components.jobs import OPENED, may_see, submit
from components.lab.ask import ask
from components.lab.at_hand import AtHand
from components.lab.before import before
from components.lab.introduction import introduction
from components.lab.key_picture import key_picture
from components.lab.under_way import under_way
from components.lab.views import views
from core.errors import UserError, shown
from core.job import canonical

jobs = cached_runs.jobs()
key = st.query_params.get(OPENED)

with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
    st.title("Transplant lab", anchor=False, width="content")
    if key:
        st.button("New comparison", icon=":material/add:", on_click=lambda: st.query_params.pop(OPENED, None))

if not key:
    introduction()
    look = None
    with st.container(border=True, key="lab_form"):
        with user_errors():
            plan = ask()
            if plan is None:
                st.caption("Choose a model, a tokenizer, a method and a text.")
            else:
                look = cached_lab.look(canonical(plan.to_json()))
                before(look)
        if st.button("Compare", icon=":material/play_arrow:", type="primary", disabled=look is None, key="lab_run"):
            assert look is not None, "the button is off without it"
            handed = look.submission
            job = submit("transplant", handed.params, handed.inputs, handed.label)
            if job is not None:
                st.query_params[OPENED] = job.key
                st.rerun()
    st.stop()

try:
    job = jobs.get(key)
    if job.kind != "transplant" or not may_see(job):
        raise UserError(f"There is no comparison {shown(key)} here. Open it from Runs, or set up a new one.")
    result, verdict = cached_lab.comparison(job)
except UserError as error:
    show_error(error)
    st.stop()

st.caption(plain(job.label))
under_way(job)
if verdict.sentences:
    st.markdown(plain(verdict.sentences[0]))
if result.setting is None or not result.outcomes:
    st.caption("The picture begins when the first model has read the texts.")
    st.stop()
at_hand = AtHand(job, result, result.setting, verdict, st.context.theme.type == "dark")
key_picture(at_hand)
if verdict.sentences[1:]:
    st.markdown("\n".join(f"- {plain(sentence)}" for sentence in verdict.sentences[1:]))
views(at_hand)
