"""A job that a view of this page hands in: a button, how far it is, and what it found when it is done."""

from collections.abc import Mapping, Sequence

import streamlit as st

from components.cached import runs as cached_runs
from components.runs.job_cards import show_refusal, submit
from components.runs.under_way import result_of, under_way
from core.common.errors import UserError
from core.jobs.job import KINDS, Job, State, content_key
from core.jobs.store.files import Input, Json, Result


def finished_result(
    kind: str, params: Mapping[str, Json], inputs: Sequence[Input], label: str, button: str, key: str
) -> Result | None:
    """What the job of these parameters found; until then its button or its progress is drawn, and None returned.

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
        return result_of(job, key)
    under_way(job, key)
    return None


def _there(kind: str, params: Mapping[str, Json], inputs: Sequence[Input]) -> Job | None:
    """Whoever asked for it."""
    try:
        return cached_runs.jobs().get(content_key(KINDS.get(kind), params, inputs))
    except UserError:
        return None
