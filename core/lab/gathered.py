"""The result of a comparison from its units, all of them or those that are finished so far."""

from collections.abc import Iterator
from dataclasses import replace

from core.jobs.job import KINDS, Context, Job, Output, Unit, part_key
from core.jobs.store.store import Store
from core.lab.plan import plan_of
from core.lab.result import About, LabResult, abouts_of, outcome_of, setting_of
from core.lab.units import SETTING, units


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
