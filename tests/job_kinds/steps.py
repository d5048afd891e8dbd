"""Well-behaved work in pieces, resumable; each takes `seconds`, and all but the first `free` wait for a file `gate`.

An empty gate lets all through, one with a number so many.
"""

import os
import time
from math import inf
from pathlib import Path

import numpy as np

from core.common.progress import report
from core.jobs.job import Context, JobKind, Output, Parts, Unit


def units(context: Context) -> list[Unit]:
    return [Unit(f"step {n}", {"n": n}, size=10) for n in range(context.params["steps"])]


def run_unit(unit: Unit, context: Context) -> Output:
    n, seconds = unit.value["n"], context.params.get("seconds", 0.0)
    print(f"step {n}", flush=True)
    while n >= _let_through(context):
        report(0, 4, f"step {n}")
        time.sleep(0.02)
    for part in range(4):
        report(part, 4, f"step {n}")
        time.sleep(seconds / 4)
    seed = [n, context.params["salt"]] if "salt" in context.params else n
    return Output({"values": np.random.default_rng(seed).standard_normal(1000)}, {"pid": os.getpid()})


def _let_through(context: Context) -> float:
    if not (gate := context.params.get("gate")):
        return inf
    if not Path(gate).exists():
        return context.params.get("free", 0)
    return float(Path(gate).read_text() or inf)


def combine(parts: Parts, context: Context) -> Output:
    return Output({"values": np.stack([output.arrays["values"] for _, output in parts])})


JOB = JobKind(
    key="steps", label="Steps", units=units, run_unit=run_unit, combine=combine, memory_mb=512, unit_seconds=600
)
