"""A comparison computed in this process, as a result with its origin; what was finished before is kept."""

import time
from collections.abc import Callable

from core.jobs.compute import run_here
from core.jobs.job import KINDS, content_key
from core.jobs.store.files import Origin, Result
from core.lab.foreseen import KIND, Submission


def computed(asked: Submission, device: str, done: Callable[[int, int], None]) -> Result:
    """The whole result; each model that is measured is kept in the store as it is finished.

    Args:
        device: where it runs, for its origin.
        done: hears how many models of how many are finished.
    """
    kind, start = KINDS.get(KIND), time.monotonic()
    output = run_here(kind, asked.params, asked.inputs, done)
    origin = Origin(
        key=content_key(kind, asked.params, asked.inputs),
        kind=KIND,
        params=asked.params,
        inputs=asked.inputs,
        versions=kind.versions(),
        seconds=time.monotonic() - start,
        device=device,
        finished=time.time(),
        label=asked.label,
    )
    return Result(origin, output.arrays, output.facts)
