"""What sessions share of the transplant lab; what needs torch imports it here and late, since results do without."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from components.cached import runs as cached_runs
from components.cached import tokenizers as cached_tokenizers
from core.common.errors import TookTooLong
from core.jobs.job import Job, State
from core.jobs.result_codec import restored
from core.jobs.shared_cache import shared
from core.lab import in_model
from core.lab.as_now import as_now
from core.lab.files_seen import files_seen
from core.lab.foreseen import Look
from core.lab.look_apart import look_apart, prepare
from core.lab.plan import Plan
from core.lab.result import LabResult
from core.lab.result_from_units import so_far
from core.lab.shipped_results import shipped_comparison
from core.lab.verdict import Verdict, verdict
from core.models.model_tokenizer import tokenizer_apart
from core.models.shipped import shipped
from core.tokenizers.tokenizer import Tokenizer

if TYPE_CHECKING:
    from core.evaluation.base import Evaluator
    from core.transplants.base import Method


@dataclass(frozen=True)
class Catalogue:
    """What can be chosen: methods without the controls, measures, shipped models.

    Args:
        absent: how to install what more measures need, by their keys.
    """

    methods: "Mapping[str, Method]"
    measures: "Mapping[str, Evaluator]"
    models: tuple[str, ...]
    absent: Mapping[str, str]


@st.cache_resource(show_spinner="Getting the lab ready …")
def catalogue() -> Catalogue:
    """Everything that a form offers; the first to ask waits for torch."""
    prepare()
    from core.evaluation.base import EVALUATORS
    from core.transplants.base import METHODS

    offered = {key: one for key, one in METHODS.all().items() if not one.control}
    measures = {key: one for key, one in EVALUATORS.all().items() if not one.absent}
    absent = {key: f"{one.label}: {one.absent}" for key, one in EVALUATORS.all().items() if one.absent}
    return Catalogue(offered, measures, tuple(shipped()), absent)


@st.cache_resource(show_spinner="Getting the lab ready …")
def simple_methods() -> dict[str, str]:
    """Labels of the methods that need nothing beside a model and a tokenizer, by their keys; as slow as that."""
    prepare()
    return in_model.simple_methods()


def controls() -> dict[str, str]:
    """Labels of the controls, which run along without being asked for, by their keys."""
    from core.transplants.base import METHODS

    return {key: one.label for key, one in METHODS.all().items() if one.control}


@st.cache_data(max_entries=64, show_spinner=False)
def lacking(there: tuple[str, ...]) -> dict[str, str]:
    """Methods that cannot run with what was chosen so far, each with the reason and how to help it.

    Args:
        there: "donor", and names in `core.transplants.resources.Resources`.
    """
    from core.transplants.base import METHODS
    from core.transplants.needs import Available
    from core.transplants.resources import Resources

    something: Any = ("something",)  # a text that is empty is none
    resources = Resources(**{name: something for name in there if name != "donor"})
    here = Available(resources=resources, has_donor="donor" in there)
    reasons = {key: one.lacks(here) for key, one in METHODS.all().items()}
    return {key: reason for key, reason in reasons.items() if reason}


def ships_hypernetwork(model: str) -> bool:
    """Whether there is a hypernetwork for a model, by its spec, without one being given."""
    from core.transplants.hypernetworks.shipped import shipped_for

    return bool(shipped_for(model))


def look(plan: Plan) -> Look:
    """What a plan would do, by a process of its own; no model runs. One that goes over its limits is not tried again,
    unless a file that it names has changed.

    Raises:
        UserError: it cannot run; says why.
    """

    def found() -> Look | TookTooLong:
        with st.spinner("Looking at both vocabularies …"):
            try:
                return look_apart(plan)
            except TookTooLong as error:
                return error.with_traceback(None)

    answer = shared().get(("look", plan, files_seen(plan)), found, most=16)
    if isinstance(answer, TookTooLong):
        raise TookTooLong(str(answer))
    return answer


def tokenizers(plan: Plan) -> tuple[Tokenizer, Tokenizer]:
    """The old and the new tokenizer of a plan, each in a process of its own."""
    old = _of_model(plan.model)
    return old, cached_tokenizers.tokenizer(plan.tokenizer) if plan.tokenizer else _of_model(plan.donor)


def _of_model(spec: str) -> Tokenizer:
    return shared().get(("tokenizer of a model", spec), lambda: tokenizer_apart(spec))


def comparison(job: Job) -> tuple[LabResult, Verdict]:
    """What is there of a comparison, and the verdict on it; the same for everybody who looks.

    While it is computed again that is the earlier result.
    """
    jobs = cached_runs.jobs()
    if job.state is State.DONE or jobs.store.has(job.key):
        which = "lab", job.key, job.place, job.finished
        return shared().get(which, lambda: _judged(restored(LabResult, jobs.result(job.key))))
    seen = "lab so far", job.key, job.place, job.done
    return shared().get(seen, lambda: _judged(so_far(jobs.store, job)), most=8)


def finished(key: str) -> tuple[Job, LabResult, Verdict]:
    """A comparison that ships, and the verdict on it."""

    def found() -> tuple[Job, LabResult, Verdict]:
        job, result = shipped_comparison(key)
        return job, *_judged(result)

    return shared().get(("lab shipped", key), found, most=8)


def _judged(result: LabResult) -> tuple[LabResult, Verdict]:
    here = as_now(result)
    return here, verdict(here)
