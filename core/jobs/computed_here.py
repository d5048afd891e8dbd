"""A job computed in this process, as a result with its origin; what was finished before is kept."""

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Protocol

from core.jobs.compute import run_here
from core.jobs.job import KINDS, content_key
from core.jobs.store.files import Input, Json, Origin, Result


class HandedIn(Protocol):
    """What is submitted of a job: parameters, inputs, and what it is called."""

    @property
    def params(self) -> Mapping[str, Json]: ...
    @property
    def inputs(self) -> tuple[Input, ...]: ...
    @property
    def label(self) -> str: ...


def origin_of(kind: str, asked: HandedIn) -> Origin:
    """Where the result of a job comes from, as far as that is known before."""
    known = KINDS.get(kind)
    key = content_key(known, asked.params, asked.inputs)
    return Origin(key, kind, asked.params, asked.inputs, known.versions(), label=asked.label)


def computed_here(kind: str, asked: HandedIn, device: str, done: Callable[[int, int], None]) -> Result:
    """The whole result; each piece that jobs share is kept in the store as it is finished.

    Args:
        device: where it runs, for its origin.
        done: hears how many pieces of how many are finished.
    """
    start = time.monotonic()
    output = run_here(KINDS.get(kind), asked.params, asked.inputs, done)
    ended = replace(origin_of(kind, asked), seconds=time.monotonic() - start, device=device, finished=time.time())
    return Result(ended, output.arrays, output.facts)
