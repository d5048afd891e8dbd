"""How much memory there is, and how much a process takes, as the system says."""

import ctypes
from contextlib import suppress
from functools import cache
from pathlib import Path

import psutil

_CGROUPS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


@cache
def machine_bytes() -> int:
    """Memory of this machine, or of this container if that is less."""
    found = psutil.virtual_memory().total
    for limit in _CGROUPS:
        with suppress(OSError, ValueError):  # "max" where there is no limit
            found = min(found, int(limit.read_text()))
    return found


def resident_bytes(pid: int | None = None) -> int:
    """Memory that a process holds for itself, files it maps left out; 0 where that cannot be read.

    >>> resident_bytes() > 1_000_000
    True
    """
    try:
        info = psutil.Process(pid).memory_info()
    except psutil.Error:
        return 0
    return int(info.rss - getattr(info, "shared", 0))


def give_back() -> None:
    """Return freed memory to the system, where the allocator would keep it."""
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
