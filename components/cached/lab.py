"""What sessions share of the transplant lab; what needs torch imports it here and late, since results do without."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import streamlit as st

from components.cached import runs as cached_runs
from core.jobs.job import Job, State
from core.jobs.result_codec import restored
from core.jobs.shared_cache import shared
from core.lab.plan import Plan
from core.lab.result import LabResult
from core.lab.result_from_units import so_far
from core.lab.setting import Setting
from core.lab.verdict import Verdict, verdict
from core.tokenizers.tokenizer import LocalTokenizer

if TYPE_CHECKING:
    from core.evaluation.base import Evaluator
    from core.lab.estimate import Estimate
    from core.lab.submission import Submission
    from core.transplants.base import Method


@dataclass(frozen=True)
class Catalogue:
    """What can be chosen: methods without the controls, measures, shipped models."""

    methods: "Mapping[str, Method]"
    measures: "Mapping[str, Evaluator]"
    models: tuple[str, ...]


@st.cache_resource(show_spinner="Getting the lab ready …")
def catalogue() -> Catalogue:
    """Everything that a form offers; the first to ask waits for torch."""
    from core.evaluation.base import EVALUATORS
    from core.models.load import shipped
    from core.transplants.base import METHODS

    offered = {key: one for key, one in METHODS.all().items() if not one.control}
    return Catalogue(offered, EVALUATORS.all(), tuple(shipped()))


@st.cache_data(max_entries=64, show_spinner=False)
def lacking(there: tuple[str, ...]) -> dict[str, str]:
    """Methods that cannot run with what was chosen so far, each with the reason and how to help it.

    Args:
        there: "donor", and names in `core.transplants.resources.Resources`.
    """
    from core.transplants.base import METHODS
    from core.transplants.needs import Available
    from core.transplants.resources import Resources

    something: Any = ("",)
    resources = Resources(**{name: something for name in there if name != "donor"})
    here = Available(resources=resources, has_donor="donor" in there)
    reasons = {key: one.lacks(here) for key, one in METHODS.all().items()}
    return {key: reason for key, reason in reasons.items() if reason}


@dataclass(frozen=True, eq=False)
class Look:
    """A plan before it runs.

    Args:
        setting: what is shared and what must be made up.
        estimate: what it will take.
        submission: the job to hand in.
    """

    setting: Setting
    estimate: "Estimate"
    submission: "Submission"


@st.cache_resource(max_entries=16, show_spinner="Looking at both vocabularies …")
def look(plan: Plan) -> Look:
    """What a plan would do; no model runs.

    Raises:
        UserError: it cannot run; says why.
    """
    from core.lab.estimate import estimate
    from core.lab.participants import outlined
    from core.lab.preview import setting
    from core.lab.submission import submission

    participants = outlined(plan)
    return Look(setting(participants), estimate(participants), submission(participants))


@st.cache_resource(max_entries=8, show_spinner="Opening both tokenizers …")
def tokenizers(plan: Plan) -> tuple[LocalTokenizer, LocalTokenizer]:
    """The old and the new tokenizer of a plan."""
    from core.lab.participants import outlined

    participants = outlined(plan)
    return participants.original.tokenizer, participants.tokenizer


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


def _judged(result: LabResult) -> tuple[LabResult, Verdict]:
    return result, verdict(result)
