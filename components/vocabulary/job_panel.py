"""A job that a view of this page hands in: a button, how far it is, and the job when it is done."""

from collections.abc import Callable, Mapping, Sequence

import streamlit as st

from components.cached import runs as cached_runs
from components.frame.asking import fragment
from components.frame.errors import plain, show_error
from components.frame.visitor import visitor
from components.runs.job_cards import LOOKS, cancel, resume, show_refusal, submit
from core.common.errors import UserError
from core.jobs.job import KINDS, Job, State, content_key
from core.jobs.store.files import Input, Json


def finished_job(
    kind: str, params: Mapping[str, Json], inputs: Sequence[Input], label: str, button: str, key: str
) -> Job | None:
    """The job of these parameters when it is done; until then its button or its progress is drawn, and None returned.

    Args:
        label: of the job, among the runs.
        button: what hands it in.
        key: begins the keys of the controls.
    """
    show_refusal()
    job = _there(kind, params, inputs)
    if job is None:

        def begin() -> None:
            submit(kind, params, inputs, label)

        st.button(
            button,
            icon=":material/play_arrow:",
            type="primary",
            key=f"{key}_start",
            on_click=begin,
        )
        return None
    if job.state is State.DONE:
        return job
    _under_way(job, key)
    return None


def _there(kind: str, params: Mapping[str, Json], inputs: Sequence[Input]) -> Job | None:
    """Whoever asked for it."""
    try:
        return cached_runs.jobs().get(content_key(KINDS.get(kind), params, inputs))
    except UserError:
        return None


def _under_way(job: Job, key: str) -> None:
    """Progress and a button, redrawn every second; the page with it when the job's state changes."""

    def draw() -> None:
        now = cached_runs.jobs().get(job.key)
        if now.state is not job.state:
            st.rerun()
        words, icon, _ = LOOKS[now.state]
        with st.container(horizontal=True, vertical_alignment="center", key=f"{key}_under_way"):
            if now.state.live:
                st.progress(now.share, plain(now.stage or "Waiting for its turn"))
                if visitor().may_change(now):
                    _button("Cancel", ":material/close:", now, key, _cancel)
                return
            if now.message:
                show_error(UserError(now.message))
            else:
                st.markdown(f"{icon} {words}.")
            if visitor().may_change(now):
                _button("Try again", ":material/play_arrow:", now, key, _again)

    fragment(draw, run_every="1s" if job.state.live else None)()


def _button(words: str, icon: str, job: Job, key: str, act: Callable[[str], None]) -> None:
    st.button(words, icon=icon, key=f"{key}_{words.split(maxsplit=1)[0].lower()}", on_click=act, args=(job.key,))


def _cancel(key: str) -> None:
    try:
        cancel(cached_runs.jobs(), key)
    except UserError as error:
        show_error(error)


def _again(key: str) -> None:
    try:
        resume(cached_runs.jobs(), key)
    except UserError as error:
        show_error(error)
