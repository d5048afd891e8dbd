"""Work whose pieces are worth having without each other; those fail whose `how` says so and whose cure is not there."""

import os
import signal
from pathlib import Path

import numpy as np

from core.common.errors import UserError
from core.jobs.job import Context, JobKind, Output, Parts, Unit


def units(context: Context) -> list[Unit]:
    return [Unit(f"piece_{n}", n) for n in range(len(context.params["how"]))]


def run_unit(unit: Unit, context: Context) -> Output:
    how = "" if Path(context.params["cure"]).exists() else context.params["how"][unit.value]
    if how == "kill":
        os.kill(os.getpid(), signal.SIGKILL)
    if how == "fill":
        kept = []
        while True:
            kept.append(bytearray(os.urandom(1)) * 2**24)
    if how:
        raise UserError(how)
    print(f"computes {unit.name}", flush=True)
    return Output({"value": np.array([unit.value])})


def combine(parts: Parts, context: Context) -> Output:
    return Output({"values": np.concatenate([output.arrays["value"] for _, output in parts])})


JOB = JobKind(
    key="patchy",
    label="Patchy",
    units=units,
    run_unit=run_unit,
    combine=combine,
    measure="pieces",
    in_words=lambda name: name.replace("_", " "),
    goes_on=True,
    memory_mb=400,
    takes_less="Fewer pieces take less.",
)
