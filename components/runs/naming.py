"""What a run is called: its title on a card and over its result, and the form that names it and takes a note."""

import streamlit as st

from components.frame.errors import plain
from components.frame.visitor import visitor
from core.jobs.called import MOST_NAME, MOST_NOTE
from core.jobs.job import Job
from core.jobs.owner import Visitor
from core.jobs.queue import Jobs

_OPEN = "run_named"  # the run whose form is open


def title(job: Job, me: Visitor) -> str:
    """The name that somebody gave a run, or what it is called by itself; as Markdown."""
    return plain(me.calls(job).name or job.label)


def own_words(job: Job, me: Visitor) -> None:
    """The note, and what a run with a name is by itself."""
    told = me.calls(job)
    if told.name:
        st.caption(plain(job.label))
    if told.note:
        st.markdown("  \n".join(map(plain, told.note.splitlines())))


def name_button(job: Job, me: Visitor) -> None:
    """Opens the form, and closes it."""
    if me.may_change(job):
        st.button(
            "Name", icon=":material/edit_note:", key=f"name_{job.key}", on_click=_toggle, args=(job.key,),
            help="Give it a name and a note, by which it is found again",
        )  # fmt: skip


def name_form(jobs: Jobs, job: Job, me: Visitor) -> None:
    """The form, where it is open; a refusal stands under it."""
    if st.session_state.get(_OPEN) != job.key:
        return
    told = me.calls(job)
    with st.form(f"naming_{job.key}", border=False):
        name = st.text_input("Name", told.name, max_chars=MOST_NAME, key=f"run_name_{job.key}", placeholder=job.label)
        note = st.text_area("Note", told.note, max_chars=MOST_NOTE, key=f"run_note_{job.key}", height=80)
        pressed = st.form_submit_button("Save", icon=":material/save:")
    if pressed:
        me.require_change(jobs.get(job.key))
        jobs.call(job.key, me.key, name, note)
        _toggle(job.key)
        st.rerun()


def named(jobs: Jobs, job: Job) -> None:
    """What stands under the title of a result: the run's own words, and the form where it is open.

    Raises:
        UserError: the name cannot be kept.
    """
    me = visitor()
    own_words(job, me)
    name_form(jobs, job, me)


def _toggle(key: str) -> None:
    st.session_state[_OPEN] = None if st.session_state.get(_OPEN) == key else key
