"""Work on a file that travels: counts its bytes in pieces, and says which machine and process did so."""

import os
import signal
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import numpy as np

import core
from core.common.errors import UserError
from core.jobs.job import Context, JobKind, Output, Parts, Unit
from core.jobs.store.files import Json


def units(context: Context) -> list[Unit]:
    return [Unit(f"piece {n}", n) for n in range(context.params["pieces"])]


def run_unit(unit: Unit, context: Context) -> Output:
    path = Path(context.params["path"])
    if context.params.get("refuse") == unit.value:
        raise UserError("The third piece is refused. Leave it out.")
    once = context.params.get("die_once")
    if once and unit.value == 1 and not Path(once).exists():
        Path(once).touch()
        os.kill(os.getpid(), signal.SIGKILL)
    if context.params.get("die") == unit.value:
        os.kill(os.getpid(), signal.SIGKILL)
    time.sleep(context.params.get("seconds", 0.0))
    data = np.frombuffer(context.path(path).read_bytes(), np.uint8)[unit.value :: context.params["pieces"]]
    for _ in range(context.params.get("rounds", 1)):
        counts = np.bincount(data, minlength=256).astype(np.int32)
    ray = sys.modules.get("ray")
    node = ray.get_runtime_context().get_node_id() if ray and ray.is_initialized() else ""
    facts = {"shipped": context.shipped is not None, "device": context.device, "node": node, "code": core.__file__}
    return Output({"counts": counts}, facts)


def combine(parts: Parts, context: Context) -> Output:
    outputs = [output for _, output in parts]
    return Output(
        {"counts": np.stack([output.arrays["counts"] for output in outputs])},
        {"shipped": [output.facts["shipped"] for output in outputs]},
    )


def files(params: Mapping[str, Json]) -> list[Path]:
    return [Path(params["path"])]


JOB = JobKind(key="texts", label="Texts", units=units, run_unit=run_unit, combine=combine, files=files, memory_mb=512)
