"""Work that wants a GPU, waits until `at_once` of its kind were there, and says from when to when it had which one."""

import os
import time
from pathlib import Path

import numpy as np

from core.jobs.job import Context, JobKind, Output, Parts, Unit


def units(context: Context) -> list[Unit]:
    return [Unit("only", context.params["name"])]


def run_unit(unit: Unit, context: Context) -> Output:
    start = time.monotonic()
    there = Path(context.params["there"])
    (there / context.params["name"]).touch()
    while len(list(there.iterdir())) < context.params["at_once"]:
        time.sleep(0.02)
    facts = {"device": context.device, "visible": os.environ.get("CUDA_VISIBLE_DEVICES", "")}
    return Output({"span": np.array([start, time.monotonic()])}, facts)


def combine(parts: Parts, context: Context) -> Output:
    return next(parts)[1]


JOB = JobKind(key="gpu", label="On a GPU", units=units, run_unit=run_unit, combine=combine, gpu=True, memory_mb=512)
