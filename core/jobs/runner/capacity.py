"""How much may run at a time.

| variable | meaning | unset |
| --- | --- | --- |
| TOKEN_ATLAS_JOB_SLOTS | processes that compute at a time | processors |
| TOKEN_ATLAS_JOB_MEMORY_MB | memory of all of them together | three quarters of the machine's |
| TOKEN_ATLAS_GPUS | GPUs to use, such as 0,1; empty for none | those that `nvidia-smi` lists |
| TOKEN_ATLAS_ENGINE | `local` processes, or `ray` for a cluster | local |
"""

import os
import shutil
import subprocess
from dataclasses import dataclass

from core.common.errors import UnknownName, UserError, shown
from core.common.memory import machine_bytes

ENGINES = ("local", "ray")


@dataclass(frozen=True)
class Capacity:
    """Processes, megabytes and GPUs (as CUDA_VISIBLE_DEVICES names them) that jobs share."""

    slots: int
    memory_mb: int
    gpus: tuple[str, ...]


def capacity() -> Capacity:
    """What this machine gives.

    Raises:
        UserError: a variable holds no number; names it.
    """
    slots = _whole("TOKEN_ATLAS_JOB_SLOTS") or _processors()
    return Capacity(slots, _whole("TOKEN_ATLAS_JOB_MEMORY_MB") or machine_bytes() * 3 // 2**22, _gpus())


def check_settings() -> None:
    """Do nothing if the variables above can be understood.

    Raises:
        UserError: one cannot; names it.
    """
    engine_name()
    _whole("TOKEN_ATLAS_JOB_SLOTS")
    _whole("TOKEN_ATLAS_JOB_MEMORY_MB")


def engine_name() -> str:
    """The engine that jobs run on.

    Raises:
        UnknownName: the variable names none.
    """
    name = os.environ.get("TOKEN_ATLAS_ENGINE", "").strip() or "local"
    if name not in ENGINES:
        raise UnknownName("engine (TOKEN_ATLAS_ENGINE)", name, ENGINES)
    return name


def _whole(name: str) -> int:
    value = os.environ.get(name, "").strip()
    if value and not (value.isascii() and value.isdigit() and int(value) > 0):
        raise UserError(f"{name} is {shown(value)}. Set it to a positive whole number.")
    return int(value or 0)


def _processors() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _gpus() -> tuple[str, ...]:
    chosen = os.environ.get("TOKEN_ATLAS_GPUS", os.environ.get("CUDA_VISIBLE_DEVICES"))
    if chosen is not None:
        return tuple(filter(None, (each.strip() for each in chosen.split(","))))
    if not shutil.which("nvidia-smi"):
        return ()
    try:
        listed = subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True, timeout=10, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return ()
    return tuple(str(n) for n, line in enumerate(listed.splitlines()) if line.startswith("GPU"))
