"""How much memory there is, and how much a process takes, as the system says."""

import ctypes
import errno
from contextlib import suppress
from functools import cache
from pathlib import Path

import psutil

_CGROUPS = (Path("/sys/fs/cgroup/memory.max"), Path("/sys/fs/cgroup/memory/memory.limit_in_bytes"))

# As torch says it of a GPU, of Windows and of Linux; C++; Python, where a thread finds no room for its stack.
_NO_MEMORY = ("out of memory", "not enough memory", "can't allocate memory", "bad_alloc", "start new thread")


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


def lacks_memory(error: BaseException) -> bool:
    """Whether this is Python, a library or the system saying that there is no memory left, also for a thread's stack.

    >>> lacks_memory(MemoryError()), lacks_memory(OSError(errno.ENOMEM, "")), lacks_memory(OSError(errno.ENOENT, ""))
    (True, True, False)
    >>> lacks_memory(RuntimeError("DefaultCPUAllocator: can't allocate memory: you tried to allocate 8 bytes."))
    True
    """
    if isinstance(error, MemoryError) or (isinstance(error, OSError) and error.errno == errno.ENOMEM):
        return True
    return isinstance(error, RuntimeError) and any(words in str(error).lower() for words in _NO_MEMORY)


def give_back() -> None:
    """Return freed memory to the system, where the allocator would keep it."""
    with suppress(AttributeError, OSError, TypeError):
        ctypes.CDLL(None).malloc_trim(0)
