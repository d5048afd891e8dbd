"""Answers about a model that take long: one that ships, or what a job found."""

from collections.abc import Mapping
from typing import TypeVar

import streamlit as st

from components.runs.job_panel import finished_result
from core.jobs.result_codec import restored
from core.jobs.store.files import Json

T = TypeVar("T")


def say_it_ships(date: str, how: str = "the model was asked") -> None:
    """That an answer was there already, and since when."""
    st.caption(f"This answer ships with Token Atlas; {how} on {date}.")


def of_job(
    answer: type[T], kind: str, params: Mapping[str, Json], label: str, key: str, note: str,
    button: str = "Ask this model",
) -> T | None:  # fmt: skip
    """What the job of these parameters found; None while there is only its button or its progress, with a note.

    Args:
        answer: the class of what it found.
        label: of the job, among the runs.
        key: begins the keys of the controls.
        note: how long it takes.
    """
    found = finished_result(kind, params, (), label, button, key)
    if found is None:
        st.caption(note)
        return None
    return restored(answer, found)
