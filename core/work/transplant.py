"""Comparing transplants: the setting, the original and the donor as anchors, each method with each seed, and controls.

Units (`core.lab.units`) share what they have in common within their process (`core.lab.participants`). Torch is
imported where a unit runs, not where jobs are listed.
"""

import json
from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from core.common.errors import UserError, shown
from core.corpora.submitted import corpus_files
from core.jobs.job import Context, JobKind, Output, Parts, Unit, canonical
from core.jobs.store.files import Json
from core.lab.gathered import gathered
from core.lab.plan import Choice, plan_of
from core.lab.text_uploads import text_path
from core.lab.units import DONOR, ORIGINAL, SETTING, controls, units

if TYPE_CHECKING:
    from core.lab.participants import Cast

_USUAL_MB = 4096


def run_unit(unit: Unit, context: Context) -> Output:
    """One of them."""
    from core.lab import run
    from core.lab.setting import setting

    cast = cast_of(context)
    do = unit.value["do"]
    if do == SETTING:
        kept = setting(cast).stored()
        methods, measures = run.abouts(cast, controls(context))
        about = {"methods": [*methods.values()], "evaluators": [*measures.values()]}
        return Output(
            kept.arrays, {**kept.facts, **{key: [each.to_json() for each in all_] for key, all_ in about.items()}}
        )
    if do == ORIGINAL:
        return run.original_outcome(cast).stored()
    if do == DONOR:
        return run.donor_outcome(cast).stored()
    choice = Choice(unit.value["choice"]["key"], unit.value["choice"]["params"])
    return run.transplanted_outcome(cast, choice, unit.value["seed"], unit.name).stored()


def combine(parts: Parts, context: Context) -> Output:
    """All of it as one `core.lab.result.LabResult`, stored."""
    return gathered(context, parts).stored()


def files(params: Mapping[str, Json]) -> list[Path]:
    """Files of the user's machine that units read."""
    plan = plan_of(params["plan"])
    named = [plan.dictionary, plan.old_vectors, plan.new_vectors]
    found = [text_path(name) for name in plan.files] + [Path(name).expanduser() for name in named if name]
    return found + (corpus_files(plan.corpus) if plan.corpus else [])


def memory(params: Mapping[str, Json]) -> int:
    """Megabytes that a process of this job may take."""
    return int(params.get("memory_mb", _USUAL_MB))


def _inputs(context: Context) -> list[list[str]]:
    return [[each.name, each.fingerprint] for each in context.inputs]


def cast_of(context: Context) -> "Cast":
    """The parts of the job's plan, opened once per process.

    Raises:
        UserError: a part has changed since the job was submitted.
    """
    return _cast(canonical(context.params["plan"]), canonical(_inputs(context)), context.device)


@lru_cache(maxsize=1)
def _cast(plan: str, inputs: str, device: str) -> "Cast":
    """The cast of a plan, one per process.

    Raises:
        UserError: a part has changed since the job was submitted.
    """
    from core.lab.participants import opened

    named: dict[str, str] = dict(json.loads(inputs))
    wanted = plan_of(json.loads(plan))
    cast = opened(wanted, device if device.startswith("cuda") else "")
    for each in cast.inputs:
        if named.get(each.name, each.fingerprint) != each.fingerprint:
            raise UserError(f"{shown(each.name)} has changed since the job was submitted. Submit it again.")
    return cast


JOB = JobKind(
    key="transplant",
    label="Compare transplants",
    units=units,
    run_unit=run_unit,
    combine=combine,
    measure="models",
    files=files,
    gpu=True,
    memory_mb=_USUAL_MB,
    memory_for=memory,
    libraries=("numpy", "torch", "transformers", "tokenizers"),
)
