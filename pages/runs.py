"""Runs: everything that runs or ran, on this server and others that share its store; it survives them all."""

import streamlit as st

from components.cached import runs as cached_runs
from components.frame.errors import plain
from components.runs.confinement import confinement
from components.runs.count_corpus import count_corpus, count_form, count_sample
from components.runs.job_cards import job_list, visible
from components.runs.run_result import opened_result
from components.runs.storage import store_room
from core.common.numbers import count

jobs = cached_runs.jobs()
found = visible(jobs)

with st.container(horizontal=True, vertical_alignment="bottom", horizontal_alignment="distribute"):
    st.title("Runs", anchor=False, width="content")
    with st.container(horizontal=True, vertical_alignment="bottom", width="content"):
        store_room(jobs)
        count_corpus()
st.caption(
    "Long work runs beside this page: close the tab, restart the server, and it is still here. The same work is never "
    "computed twice."
)
confinement()

counting = count_form()
for aside in jobs.store.asides()[-3:]:
    st.warning(plain(aside.why), icon=":material/report:")
n_more = len(jobs.store.asides()) - 3
if n_more > 0:
    st.caption(f"{count(n_more)} more files were set aside; pruning the store removes them.")

opened_result(jobs)
if counting and not found:
    st.stop()
if not found:
    with st.container(border=True, key="no_runs", horizontal_alignment="center", gap="small"):
        st.space("small")
        st.markdown("#### Nothing has run yet", width="content")
        st.markdown(
            "Count our sample, the same sentences in many languages, with the tokenizers of the opening page. "
            "It takes a few seconds.",
            width="content",
        )
        count_sample()
        st.space("small")
    st.stop()
job_list(jobs)
