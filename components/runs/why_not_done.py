"""Why a job is over and not done, in one box: the same on its card and on the page of its kind."""

import streamlit as st

from components.frame.errors import plain
from core.jobs.job import Job, State


def why_not_done(job: Job) -> None:
    """What stopped a job, or why its result is an earlier one; nothing where there is nothing to say."""
    if job.state is State.FAILED:
        st.error(plain(job.message), icon=":material/error:")
    elif job.state is State.INTERRUPTED:
        st.warning(_interrupted(job), icon=":material/pause_circle:")
    elif job.state is State.DONE and job.message:
        st.warning(plain(job.message), icon=":material/history:")


def _interrupted(job: Job) -> str:
    if not job.attempts:  # nothing of the queue ever ran it
        return plain(job.message)
    if job.resumable and job.done:
        return plain("What ran it was ended from outside. Its finished pieces are kept: Resume goes on from there.")
    return plain("What ran it was ended from outside. Resume starts it again from the beginning.")
