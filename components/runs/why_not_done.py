"""Why a job is over and not done, in one box: the same on its card and on the page of its kind."""

import streamlit as st

from components.cached import runs as cached_runs
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


def why_stopped(job: Job) -> str:
    """The same in words, of a job that failed or was interrupted; empty of any other."""
    if job.state is State.FAILED:
        return plain(job.message)
    return _interrupted(job) if job.state is State.INTERRUPTED else ""


def again(state: State) -> str:
    """What a button is called that goes on with a job that is over and not done; the boxes here name it so."""
    return "Try again" if state is State.FAILED else "Resume"


def why_it_waits(job: Job) -> None:
    """Why a job comes no further, waiting or under way; nothing where it only takes its time."""
    if job.state.live and (why := cached_runs.jobs().stuck):
        st.warning(plain(why), icon=":material/hourglass_disabled:")


def _interrupted(job: Job) -> str:
    if not job.attempts:  # nothing of the queue ever ran it
        return plain(job.message)
    if job.resumable and job.done:
        return plain("What ran it was ended from outside. Its finished pieces are kept: Resume goes on from there.")
    return plain("What ran it was ended from outside. Resume starts it again from the beginning.")
