"""A comparison under way: how far it is, what is finished, and what can be done about it."""

import streamlit as st

from components.cached import runs as cached_runs
from components.frame.asking import fragment
from components.frame.errors import plain, show_error
from components.frame.visitor import visitor
from components.runs.job_cards import LOOKS, cancel, resume
from core.common.errors import UserError
from core.common.numbers import count, duration
from core.jobs.job import Job, State
from core.lab.result import LabResult
from core.lab.stage_words import stage_in_words


def under_way(job: Job, result: LabResult) -> None:
    """A line with progress and a button; redrawn every second, and the page with it when a model is finished."""
    if job.state is State.DONE:
        return
    seen = (job.state, job.done)

    def draw() -> None:
        now = cached_runs.jobs().get(job.key)
        if (now.state, now.done) != seen:
            st.rerun()
        words, icon, _ = LOOKS[now.state]
        with st.container(horizontal=True, vertical_alignment="center", key="lab_under_way"):
            if now.state.live:
                st.progress(now.share, plain(_progress(now, result)))
                st.button(
                    "Cancel",
                    icon=":material/close:",
                    key="lab_cancel",
                    on_click=_cancel,
                    args=(now.key,),
                )
            else:
                st.markdown(f"{icon} {words}. {plain(now.message) if now.state is State.FAILED else ''}")
                if visitor().may_change(now):
                    st.button(
                        "Resume",
                        icon=":material/play_arrow:",
                        type="primary",
                        key="lab_resume",
                        on_click=_resume,
                        args=(now.key,),
                        help="What is finished is kept.",
                    )

    fragment(draw, run_every="1s" if job.state.live else None)()


def _progress(job: Job, result: LabResult) -> str:
    labels = {key: about.label for key, about in result.methods.items()}
    parts = [stage_in_words(job.stage, labels) if job.stage else "waiting for its turn"]
    if job.total:
        parts.append(f"{count(job.done)} of {count(job.total)} models")
    if job.remaining is not None:
        parts.append(f"{duration(max(1.0, job.remaining))} left")
    return " · ".join(parts)


def _cancel(key: str) -> None:
    try:
        cancel(cached_runs.jobs(), key)
    except UserError as error:
        show_error(error)


def _resume(key: str) -> None:
    try:
        resume(cached_runs.jobs(), key)
    except UserError as error:
        show_error(error)
