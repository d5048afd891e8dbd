"""How much memory there is, and how much a process takes, as the system says."""

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
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


@contextmanager
def at_most(n_bytes: int) -> Iterator[None]:
    """In this block, let this process take no more than so much beyond what it has; it takes shared memory freely.

    Raises:
        MemoryError: from within the block, where Python asks for more; libraries may end the process instead.
    """
    held = _data_bytes()
    if not held:
        yield
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = held + n_bytes
    if hard != resource.RLIM_INFINITY:
        wanted = min(wanted, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (wanted, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _data_bytes() -> int:
    """What the system counts against RLIMIT_DATA of this process; 0 where it does not say."""
    with suppress(OSError, ValueError, StopIteration):
        lines = Path("/proc/self/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("VmData:")).split()[1]) * 1024
    return 0


def give_back() -> None:
    """Return freed memory to the system, where the allocator would keep it."""
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
