"""A plan as a job: pinned to what it names now, with the controls that can run and the memory that it needs."""

from dataclasses import replace

from core.lab.estimate import needed_mb
from core.lab.foreseen import Submission, label_of
from core.lab.participants import Participants, controls
from core.lab.plan import Plan
from core.models.language_model import LanguageModel
from core.models.text_encoder import TextEncoder
from core.transplants.hypernetworks.opening import Hypernetwork


def submission(participants: Participants) -> Submission:
    """The job of a plan whose participants are opened or outlined."""
    plan = _pinned(participants)
    params = {
        "plan": plan.to_json(),
        "controls": list(controls(participants.donor is not None)),
        "memory_mb": needed_mb(participants),
    }
    label = label_of(participants.original.name, participants.tokenizer.info.label, len(plan.methods))
    return Submission(params, participants.inputs, label)


def _pinned(participants: Participants) -> Plan:
    """The plan with Hub models at the commit that was looked at, and spread ones with no more in memory than then."""
    plan = participants.plan
    return replace(
        plan,
        device=_device(participants),
        model=_at_commit(plan.model, participants.original),
        donor=_at_commit(plan.donor, participants.donor),
        helper=_at_commit(plan.helper, participants.helper),
        encoder=_at_commit(plan.encoder, participants.encoder),
        hypernetwork=_at_commit(plan.hypernetwork, participants.hypernetwork),
    )


def _device(participants: Participants) -> str:
    models = (participants.original, participants.donor, participants.helper)
    placements = [one.placement for one in models if one and one.placement and one.placement.spread]
    return max(placements, key=lambda one: one.bytes_computing).again() if placements else participants.plan.device


def _at_commit(spec: str, model: LanguageModel | TextEncoder | Hypernetwork | None) -> str:
    if model is None or not spec.startswith("hub:"):
        return spec
    name, mark, options = spec.partition("?")
    commit = model.content.partition(" ")[0]  # of a GGUF file its name stands behind
    return f"{name.partition('@')[0]}@{commit}{mark}{options}"
