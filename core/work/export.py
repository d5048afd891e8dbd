"""Writing the model of one method as a folder that transformers loads, read back before it appears."""

import shutil
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from core.common.errors import UserError
from core.common.home import home
from core.common.settings import settings
from core.corpora.submitted import from_hub
from core.jobs.job import Context, JobKind, Output, Parts, Unit, hashed
from core.jobs.store.files import Json
from core.lab.plan import Choice, Plan
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

    return Output(facts={"written": written(participants_of(context), _place(context))})


def _place(context: Context) -> Path:
    """The user's folder, or one of our own, named by all that it depends on; an earlier one there makes room."""
    if chosen := str(context.params["folder"]):
        settings().refuse("file")
        if not (path := Path(chosen).expanduser()).is_absolute():
            raise UserError(f"{chosen} is no absolute path. Begin it with / or ~, so that it is plain where it is.")
        return path
    about = context.params["plan"]
    name = f"{about['methods'][0]['key']}-{hashed(about, [each.fingerprint for each in context.inputs])[:12]}"
    own = home("models", "written") / name
    shutil.rmtree(own, ignore_errors=True)
    return own


def combine(parts: Parts, context: Context) -> Output:
    """The same."""
    return next(output for _, output in parts)


def folder_of(facts: Mapping[str, Any]) -> Path:
    """Where the folder is, from the facts of the result."""
    return Path(facts["written"]["out"])


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
)
