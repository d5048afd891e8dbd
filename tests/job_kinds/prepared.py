"""Work that says in which process it was prepared, in which it ran, and where temporary files go; it may wait."""

import os
import tempfile
import time
from pathlib import Path

import numpy as np

from core.jobs.job import Context, JobKind, Output, Parts, Unit

_prepared_in: list[int] = []


def prepare() -> None:
    _prepared_in.append(os.getpid())


def units(context: Context) -> list[Unit]:
    return [Unit("only", {})]


def run_unit(unit: Unit, context: Context) -> Output:
    print("begun", flush=True)
    while context.params.get("gate") and not Path(str(context.params["gate"])).exists():
        time.sleep(0.02)
    facts = {
        "prepared_in": list(_prepared_in),
        "pid": os.getpid(),
        "parent": os.getppid(),
        "leads": os.getsid(0) == os.getpid(),
        "own_folder": Path(tempfile.gettempdir()) == context.scratch,
        "token": os.environ.get("HF_TOKEN", ""),
    }
    return Output({"nothing": np.zeros(1)}, facts)


def combine(parts: Parts, context: Context) -> Output:
    return next(parts)[1]


JOB = JobKind(
    key="prepared",
    label="Prepared",
    units=units,
    run_unit=run_unit,
    combine=combine,
    secrets=lambda params: bool(params.get("secret")),
    memory_mb=512,
    prepare=prepare,
)
