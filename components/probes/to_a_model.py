"""Under an experiment on tokenizers: the same put to a model, as a job."""

from collections.abc import Callable, Mapping
from contextlib import suppress
from typing import TypeVar

import streamlit as st

from components.frame.errors import plain
from components.probes.job_answer import of_job
from components.probes.linked import LINKED, key_of
from components.widgets.model_box import model_box
from core.common.errors import UserError
from core.common.numbers import roughly
from core.common.settings import settings
from core.jobs.store.files import Json
from core.models.shipped import REAL_MODEL
from core.models.typed import model_spec

T = TypeVar("T")
_BYTES_PER_SECOND = 1_100  # that SmolLM2-135M reads on two busy cores


def of_a_model(
    answer: type[T], kind: str, params_of: Callable[[str], Mapping[str, Json]], question: str, n_bytes: int
) -> T | None:
    """What a job found about the model that is chosen here; None while there is only its button or its progress.

    Args:
        answer: the class of what it found.
        kind: of the job; also the key of the probe.
        params_of: the job's parameters, for a model.
        question: over the choice, and among the runs.
        n_bytes: that the model reads.

    Raises:
        UserError: the job cannot be handed in; says why.
    """
    st.markdown(f"**{plain(question)}**")
    spec = model_spec(model_box(LINKED, key_of(kind, "model"), _usual(), "Model"))
    note = (
        f"It takes {roughly(n_bytes / _BYTES_PER_SECOND)} with SmolLM2-135M, once that is open, and longer with larger "
        "models; the job goes on beside this server when this tab is closed, and what it finds is kept under Runs."
    )
    return of_job(answer, kind, params_of(spec), f"{question.rstrip('?')}: {spec}", kind, note)


def _usual() -> str:
    """The real model, or one that ships where packages are not fetched."""
    with suppress(UserError):
        settings().refuse(REAL_MODEL.partition(":")[0])
        return REAL_MODEL
    return ""
