"""Comparing transplants: the setting, the original and the donor as anchors, each method with each seed, and controls.

Units share what they have in common within their process (`core.lab.participants`), and each is kept under all that its
numbers depend on: a method added later is the only one that is computed. Torch is imported where a unit runs, not where
jobs are listed.
"""

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from core.common.errors import UserError, shown
from core.corpora.submitted import corpus_files
from core.jobs.job import KINDS, Context, Job, JobKind, Output, Parts, Unit, canonical, hashed, part_key
from core.jobs.store.files import Json
from core.jobs.store.store import Store
from core.lab.plan import Choice, Plan, plan_of
from core.lab.result import About, LabResult, abouts_of, outcome_of, setting_of
from core.lab.text_uploads import text_path

if TYPE_CHECKING:
    from core.lab.participants import Cast

SETTING, ORIGINAL, DONOR = "setting", "original", "donor"
_USUAL_MB = 4096


def units(context: Context) -> list[Unit]:
    """What is to be done, the anchors first and the controls last, so that the picture fills from its frame."""
    plan = plan_of(context.params["plan"])
    base = _depends_on(plan, context)
    found = [
        Unit(SETTING, {"do": SETTING}, 0.1, hashed(base, SETTING, [*map(_written, plan.methods)], _controls(context)))
    ]
    found += [_unit(who, {"do": who}, base, plan) for who in (ORIGINAL, DONOR) if who == ORIGINAL or plan.donor]
    choices = [*plan.methods, *(Choice(key) for key in _controls(context) if Choice(key) not in plan.methods)]
    for choice in choices:
        for seed in plan.seeds:
            name = f"{choice.name}, seed {seed}" if len(plan.seeds) > 1 else choice.name
            found.append(_unit(name, {"do": "method", "choice": _written(choice), "seed": seed}, base, plan))
    return found


def run_unit(unit: Unit, context: Context) -> Output:
    """One of them."""
    from core.lab import run
    from core.lab.setting import setting

    cast = cast_of(context)
    do = unit.value["do"]
    if do == SETTING:
        kept = setting(cast).stored()
        methods, measures = run.abouts(cast, _controls(context))
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


def gathered(context: Context, parts: Iterator[tuple[Unit, Output]]) -> LabResult:
    """The result of the units that are there; the others are waited for."""
    found = {unit.name: output for unit, output in parts}
    frame = found.pop(SETTING, None)
    empty: dict[str, About] = {}
    return LabResult(
        plan=plan_of(context.params["plan"]),
        setting=setting_of(frame) if frame else None,
        outcomes=tuple(replace(outcome_of(output), name=name) for name, output in found.items()),
        waiting=tuple(u.name for u in units(context) if u.name not in found and not (u.name == SETTING and frame)),
        methods=abouts_of(frame.facts["methods"]) if frame else empty,
        evaluators=abouts_of(frame.facts["evaluators"]) if frame else empty,
    )


def so_far(store: Store, job: Job) -> LabResult:
    """What is finished of a job that runs, waits, was interrupted or failed."""
    kind, context = KINDS.get(job.kind), Context(job.params, job.inputs)

    def parts() -> Iterator[tuple[Unit, Output]]:
        for unit in units(context):
            part = store.get(part_key(kind, job.key, unit))
            if part is not None:
                yield unit, Output(part.arrays, part.facts)

    return gathered(context, parts())


def files(params: Mapping[str, Json]) -> list[Path]:
    """Files of the user's machine that units read."""
    plan = plan_of(params["plan"])
    named = [plan.dictionary, plan.old_vectors, plan.new_vectors]
    found = [text_path(name) for name in plan.files] + [Path(name).expanduser() for name in named if name]
    return found + (corpus_files(plan.corpus) if plan.corpus else [])


def memory(params: Mapping[str, Json]) -> int:
    """Megabytes that a process of this job may take."""
    return int(params.get("memory_mb", _USUAL_MB))


def _unit(name: str, value: Mapping[str, Json], base: str, plan: Plan) -> Unit:
    return Unit(name, value, 1.0, hashed(base, value, [*map(_written, plan.evaluators)]))


def _depends_on(plan: Plan, context: Context) -> str:
    """Hash of all that every unit's numbers depend on: the plan but for its methods and measures, and what it reads."""
    rest = {
        key: value for key, value in plan.to_json().items() if key not in ("methods", "evaluators", "budget_seconds")
    }
    if "seeds" in rest:
        rest["seeds"] = rest["seeds"][:1]  # the first is that of resampling; each unit has its own
    return hashed(rest, [each.fingerprint for each in context.inputs])


def _written(choice: Choice) -> dict[str, Json]:
    return {"key": choice.key, "params": dict(choice.params)}


def _controls(context: Context) -> Sequence[str]:
    return [str(key) for key in context.params.get("controls", ())]


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
