"""A comparison computed in this process, as a result with its origin; what was finished before is kept."""

import time
from collections.abc import Callable
from dataclasses import replace

from core.jobs.compute import run_here
from core.jobs.job import KINDS, content_key
from core.jobs.store.files import Origin, Result
from core.lab.foreseen import KIND, Submission


def origin(asked: Submission) -> Origin:
    """Where the result of a submission comes from, as far as that is known before."""
    kind = KINDS.get(KIND)
    key = content_key(kind, asked.params, asked.inputs)
    return Origin(key, KIND, asked.params, asked.inputs, kind.versions(), label=asked.label)


def computed(asked: Submission, device: str, done: Callable[[int, int], None]) -> Result:
    """The whole result; each model that is measured is kept in the store as it is finished.

    Args:
        device: where it runs, for its origin.
        done: hears how many models of how many are finished.
    """
    start = time.monotonic()
    output = run_here(KINDS.get(KIND), asked.params, asked.inputs, done)
    ended = replace(origin(asked), seconds=time.monotonic() - start, device=device, finished=time.time())
    return Result(ended, output.arrays, output.facts)
