"""A text from a dataset on the Hub: asked for by name, read by a job, and then one of the visitor's own texts."""

import streamlit as st

from components.cached import runs as cached_runs
from components.frame.errors import plain, show_error
from components.frame.visitor import visitor
from components.runs.job_cards import session, submit
from components.runs.under_way import result_of, under_way
from core.common.errors import UserError
from core.common.numbers import size
from core.common.settings import settings
from core.corpora.hub_text import KIND, HubText, is_pinned, question
from core.corpora.text_uploads import keep_text
from core.jobs.job import State
from core.jobs.result_codec import restored

_JOB, _TOLD = "train_hub_job", "train_hub_told"
_SIZES = (1, 2, 5, 10, 20, 50)  # MB


def ask_dataset() -> None:
    """The form: a name, and how much of it."""
    allowed = settings()
    if not (allowed.hub and allowed.uploads):
        return
    with st.form("train_hub", border=False):
        name = st.text_input(
            "Or a dataset on the Hub",
            key="train_hub_name",
            placeholder="OWNER/NAME",
            help="OWNER/NAME, OWNER/NAME@REVISION, and behind a colon a folder or file of it: "
            "Salesforce/wikitext:wikitext-2-v1. Parquet, JSON lines and text are read.",
        )
        column = st.text_input("Column", key="train_hub_column", placeholder="its usual one for text")
        sizes = [n for n in _SIZES if n <= allowed.upload_mb] or [allowed.upload_mb]
        most = st.select_slider("At most, MB", sizes, sizes[min(2, len(sizes) - 1)], key="train_hub_most")
        pressed = st.form_submit_button("Read it", icon=":material/cloud_download:")
    if not pressed:
        return
    try:
        asked = question(name, most * 2**20, column.strip())
    except UserError as error:
        show_error(error)
        return
    session()
    if (job := submit(KIND, asked, (), f"Text of {asked['dataset']}")) is not None:
        if job.state is State.DONE and not is_pinned(name):  # what it names may be another text by now
            cached_runs.jobs().repeat(job.key, session())
        st.session_state[_JOB] = job.key
    st.rerun()


def dataset_under_way() -> str:
    """Spec of the text that has come in this run, else empty; how far it is, or why it did not come."""
    if said := st.session_state.get(_TOLD):
        st.caption(plain(said))
    if (key := st.session_state.get(_JOB)) is None:
        return ""
    job = cached_runs.jobs().get(key)
    under_way(job, "train_hub")
    if job.state is not State.DONE or (result := result_of(job, "train_hub")) is None:
        return ""
    del st.session_state[_JOB]
    found = restored(HubText, result)
    try:
        spec = keep_text(found.name, found.data.tobytes(), visitor().key)
    except UserError as error:
        show_error(error)
        return ""
    of = f", column {found.column}" if found.column else ""
    st.session_state[_TOLD] = (
        f"{found.name}: {size(len(found.data))} of {', '.join(found.files[:2])}"
        f"{' …' if len(found.files) > 2 else ''}{of}, commit {found.commit}. The dataset's own licence holds for it."
    )
    return spec
