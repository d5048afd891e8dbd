"""How much memory there is, and how much a process takes, as the system says."""

import ctypes
import os
from contextlib import suppress
from functools import cache
from pathlib import Path

_PAGE = os.sysconf("SC_PAGE_SIZE") if hasattr(os, "sysconf") else 4096
_CGROUPS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))


@cache
def machine_bytes() -> int:
    """Memory of this machine, or of this container if that is less."""
    found = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    for limit in _CGROUPS:
        with suppress(OSError, ValueError):  # "max" where there is no limit
            found = min(found, int(limit.read_text()))
    return found


def resident_bytes(pid: int | None = None) -> int:
    """Memory that a process holds for itself, files it maps left out; 0 where that cannot be read.

    >>> resident_bytes() > 1_000_000 or not Path("/proc/self/statm").exists()
    True
    """
    try:
        parts = Path(f"/proc/{pid or os.getpid()}/statm").read_text().split()
        return (int(parts[1]) - int(parts[2])) * _PAGE
    except (OSError, ValueError, IndexError):
        return 0


def give_back() -> None:
    """Return freed memory to the system, where the allocator would keep it."""
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
