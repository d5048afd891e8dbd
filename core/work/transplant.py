"""Comparing transplants: the setting, the original and the donor as anchors, each method with each seed, and controls.

Units (`core.lab.units`) share what they have in common within their process (`core.lab.participants`). Torch is
imported where a unit runs, not where jobs are listed.
"""

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from core.common.codec import built
from core.common.errors import Changed
from core.corpora.submitted import corpus_files, from_hub
from core.corpora.text_uploads import text_path
from core.jobs.job import Context, JobKind, Output, Parts, Unit
from core.jobs.result_codec import stored
from core.jobs.store.files import Input, Json
from core.lab.plan import Choice, Plan, plan_of
from core.lab.result_from_units import gathered
from core.lab.stage_words import stage_in_words
from core.lab.units import DONOR, ORIGINAL, SETTING, controls, units
from core.models.imports import import_models

if TYPE_CHECKING:
    from core.lab.participants import Participants

_USUAL_MB = 4096


def run_unit(unit: Unit, context: Context) -> Output:
    """One of them."""
    from core.lab import run

    participants = participants_of(context)
    do = unit.value["do"]
    if do == SETTING:
        return stored(run.frame(participants, controls(context)))
    if do == ORIGINAL:
        return stored(run.original_outcome(participants))
    if do == DONOR:
        return stored(run.donor_outcome(participants))
    choice = built(Choice, unit.value["choice"])
    return stored(run.transplanted_outcome(participants, choice, unit.value["seed"], unit.name))


def combine(parts: Parts, context: Context) -> Output:
    """All of it as one `core.lab.result.LabResult`, stored."""
    return stored(gathered(context, parts))


def files(params: Mapping[str, Json]) -> list[Path]:
    """Files of the user's machine that units read."""
    plan = plan_of(params["plan"])
    found = [text_path(name) for name in (*plan.files, *plan.lexicons)]
    return found + (corpus_files(plan.corpus) if plan.corpus else [])


def memory(params: Mapping[str, Json]) -> int:
    """Megabytes that a process of this job may take."""
    return int(params.get("memory_mb", _USUAL_MB))


def participants_of(context: Context) -> "Participants":
    """The parts of the job's plan, opened once per process.

    Raises:
        UserError: a part has changed since the job was submitted.
    """
    plan = plan_of(context.params["plan"])
    a_gpu = context.device.startswith("cuda") and plan.device.startswith("cuda")  # the only one that this process sees
    return _participants(plan, context.inputs, context.device if a_gpu else "")


@lru_cache(maxsize=1)
def _participants(plan: Plan, inputs: tuple[Input, ...], device: str) -> "Participants":
    from core.lab.participants import opened

    named = {each.name: each.fingerprint for each in inputs}
    participants = opened(plan, device)
    for each in participants.inputs:
        if named.get(each.name, each.fingerprint) != each.fingerprint:
            raise Changed(each.name)
    return participants


def _import_the_lab() -> None:
    import core.lab.participants
    import core.lab.run  # noqa: F401  what it needs is what is wanted of it

    import_models()


JOB = JobKind(
    key="transplant",
    label="Compare transplants",
    units=units,
    run_unit=run_unit,
    combine=combine,
    version=4,
    measure="models",
    in_words=lambda stage: stage_in_words(stage, {}),
    files=files,
    secrets=from_hub,
    gpu=True,
    goes_on=True,
    memory_mb=_USUAL_MB,
    memory_for=memory,
    takes_less="Without measures that train, without the methods that take most, or with a smaller model it is less.",
    libraries=("numpy", "torch", "transformers", "tokenizers"),
    prepare=_import_the_lab,
)
