"""A plan as a job: pinned to what it names now, with the controls that can run and the memory that it needs."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from core.jobs.store.files import Input, Json
from core.lab.estimate import needed_mb
from core.lab.participants import Cast, controls
from core.lab.plan import Plan
from core.models.language_model import LanguageModel
from core.models.text_encoder import TextEncoder

KIND = "transplant"


@dataclass(frozen=True)
class Submission:
    """What to hand to `core.jobs.queue.Jobs.submit`.

    Args:
        params: of the job.
        inputs: what it works on, by content.
        label: for people.
    """

    params: Mapping[str, Json]
    inputs: tuple[Input, ...]
    label: str


def submission(cast: Cast) -> Submission:
    """The job of a plan whose cast is opened or outlined."""
    plan = _pinned(cast)
    params = {
        "plan": plan.to_json(),
        "controls": list(controls(cast.donor is not None)),
        "memory_mb": needed_mb(cast),
    }
    methods = f"{len(plan.methods)} method{'s' if len(plan.methods) != 1 else ''}"
    label = f"{cast.original.name} with the tokenizer of {cast.tokenizer.info.label}: {methods}"
    return Submission(params, cast.inputs, label)


def _pinned(cast: Cast) -> Plan:
    """The plan with Hub models at the commit that was looked at."""
    plan = cast.plan
    return replace(
        plan,
        model=_at_commit(plan.model, cast.original),
        donor=_at_commit(plan.donor, cast.donor),
        helper=_at_commit(plan.helper, cast.helper),
        encoder=_at_commit(plan.encoder, cast.encoder),
    )


def _at_commit(spec: str, model: LanguageModel | TextEncoder | None) -> str:
    if model is None or not spec.startswith("hub:") or "?" in spec:
        return spec
    return f"{spec.partition('@')[0]}@{model.content}"
