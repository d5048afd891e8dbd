"""The pieces of a job computed in this process, while the caller waits; nothing is queued.

Jobs of the app run on the processes of `core.jobs.runner`, or on a Ray cluster that one such process drives
(`core.jobs.ray`).
"""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence

from core.jobs.job import KINDS, Context, JobKind, Output, Unit, part_key, part_result
from core.jobs.store.files import Input, Json
from core.jobs.store.store import store


def compute(kind: str, unit: Unit, context: Context) -> Output:
    """One unit of the kind of this key."""
    return KINDS.get(kind).run_unit(unit, context)


def run_here(
    kind: JobKind, params: Mapping[str, Json], inputs: Sequence[Input], done: Callable[[int, int], None]
) -> Output:
    """The result of a job, computed in this thread; pieces that jobs share are read from the store and kept there.

    Args:
        done: hears how many pieces of how many are finished.
    """
    context = Context(dict(params), tuple(inputs))
    units = list(kind.units(context))

    def parts() -> Iterator[tuple[Unit, Output]]:
        for n, unit in enumerate(units):
            known = store().get(part_key(kind, "", unit)) if unit.key else None
            start = time.monotonic()
            output = Output(known.arrays, known.facts) if known else kind.run_unit(unit, context)
            if unit.key and not known:
                store().put(part_result(kind, "", unit, context, output, time.monotonic() - start))
            done(n + 1, len(units))
            yield unit, output

    return kind.combine(parts(), context)
