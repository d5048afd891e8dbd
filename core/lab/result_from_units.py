"""The result of a comparison from its units, all of them or those that are finished so far."""

from collections.abc import Iterator
from dataclasses import replace

from core.jobs.job import KINDS, Context, Job, Output, Unit, part_key
from core.jobs.result_codec import restored
from core.jobs.store.store import Store
from core.lab.outcome import Outcome
from core.lab.plan import plan_of
from core.lab.result import Frame, LabResult
from core.lab.units import SETTING, units


def gathered(context: Context, parts: Iterator[tuple[Unit, Output]]) -> LabResult:
    """The result of the units that are there; the others are waited for."""
    found = {unit.name: output for unit, output in parts}
    first = found.pop(SETTING, None)
    frame = restored(Frame, first) if first else None
    return LabResult(
        plan=plan_of(context.params["plan"]),
        setting=frame.setting if frame else None,
        outcomes=tuple(replace(restored(Outcome, output), name=name) for name, output in found.items()),
        waiting=tuple(u.name for u in units(context) if u.name not in found and not (u.name == SETTING and frame)),
        methods=frame.methods if frame else {},
        evaluators=frame.evaluators if frame else {},
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
