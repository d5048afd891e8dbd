"""Writing the model of one method as a folder that transformers loads, read back before it appears."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.common.errors import UserError
from core.common.named_path import named_path
from core.common.settings import settings
from core.corpora.submitted import from_hub
from core.jobs.job import Context, JobKind, Output, Parts, Unit, hashed
from core.jobs.store.files import Input, Json
from core.lab.plan import Choice, Plan
from core.lab.written_models import place as written_models
from core.lab.written_models import unfinished
from core.models.imports import import_models
from core.work.transplant import files, memory, participants_of

KIND = "export"


def params_of(plan: Plan, choice: Choice, seed: int, job: Mapping[str, Json], folder: str = "") -> dict[str, Json]:
    """The parameters of the job that writes one transplant of a comparison.

    Args:
        plan: of the comparison.
        choice, seed: the method.
        job: parameters of the comparison's job, whose memory it needs.
        folder: where; empty for a place of this program's own.
    """
    one = replace(plan, methods=(choice,), evaluators=(), seeds=(seed,), budget_seconds=0.0)
    return {"plan": one.to_json(), "folder": folder, "memory_mb": memory(job)}


def units(context: Context) -> list[Unit]:
    """The one model."""
    return [Unit("model", {})]


def run_unit(unit: Unit, context: Context) -> Output:
    """What was written, and where."""
    from core.lab.model_folder import written

    participants = participants_of(context)
    if chosen := _chosen(context):
        return Output(facts={"written": written(participants, chosen)})
    place = own_folder(context.params, context.inputs)
    new = unfinished() / place.name
    shutil.rmtree(new, ignore_errors=True)
    try:
        facts = written(participants, new)
        shutil.rmtree(place, ignore_errors=True)  # an earlier one stays until here
        new.rename(place)
    finally:
        shutil.rmtree(new, ignore_errors=True)
    return Output(facts={"written": {**facts, "out": str(place)}})


def _chosen(context: Context) -> Path | None:
    """The user's folder, None for one of our own."""
    if chosen := str(context.params["folder"]):
        settings().refuse("file")
        if not (path := named_path(chosen)).is_absolute():
            raise UserError(f"{chosen} is no absolute path. Begin it with / or ~, so that it is plain where it is.")
        return path
    return None


def own_folder(params: Mapping[str, Json], inputs: Sequence[Input]) -> Path:
    """A folder under `TOKEN_ATLAS_HOME`, named by all that the model depends on."""
    about = params["plan"]
    name = f"{about['methods'][0]['key']}-{hashed(about, [each.fingerprint for each in inputs])[:12]}"
    return written_models() / name


def combine(parts: Parts, context: Context) -> Output:
    """The same."""
    return next(output for _, output in parts)


def folder_of(facts: Mapping[str, Any]) -> Path:
    """Where the folder is, from the facts of the result."""
    return Path(facts["written"]["out"])


def _import_what_writes() -> None:
    import core.lab.model_folder  # noqa: F401  what it needs is what is wanted of it

    import_models()


JOB = JobKind(
    key=KIND,
    label="Write a model",
    units=units,
    run_unit=run_unit,
    combine=combine,
    resumable=False,
    measure="models",
    files=files,
    secrets=from_hub,
    gpu=True,
    workers=1,
    memory_mb=4096,
    memory_for=memory,
    libraries=("torch", "transformers", "tokenizers"),
    prepare=_import_what_writes,
)
