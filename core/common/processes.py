"""Which process is which, told apart without the clock: process ids are used again, an id with its start is not.

Identities are written down and compared by other processes. psutil 7.2.2 has no start for that: its `create_time` adds
the machine's boot time, or on macOS the change of the clock, so that it moves when the clock is set; what it tells
processes apart by itself is private. Nor does it say which boot or which container an id belongs to.
"""

import os
import subprocess
import sys
from functools import cache
from pathlib import Path

PROC = Path("/proc")


@cache
def boot() -> str:
    """Which start of which machine this is; empty where the system does not say."""
    try:
        return (PROC / "sys/kernel/random/boot_id").read_text().strip()
    except OSError:
        return ""


@cache
def place() -> str:
    """Where process ids mean what they mean here: the boot, and the namespace if this is a container."""
    try:
        return f"{boot()}/{(PROC / 'self/ns/pid').readlink()}"
    except OSError:
        return boot()


def started(pid: int) -> str:
    """When a process started, in the system's own ticks, which no clock change moves; empty if it does not run.

    A zombie does not run: it only waits to be collected.
    """
    if sys.platform != "linux":  # `ps` gives wall-clock time, but prints one process's start always alike
        command = ["ps", "-o", "stat=,lstart=", "-p", str(pid)]
        state, _, start = subprocess.run(command, capture_output=True, text=True, check=False).stdout.partition(" ")
        return "" if state.startswith("Z") else start.strip()
    try:
        # The name, in brackets, may hold anything; what follows the last bracket is well-formed.
        fields = (PROC / str(pid) / "stat").read_bytes().rpartition(b")")[2].split()
    except OSError:
        return ""
    return "" if fields[0] in {b"Z", b"X"} else fields[19].decode()


def identity(pid: int | None = None) -> str:
    """A name for a process that no other process ever has: id, start, place.

    >>> alive(identity()), alive("1:0:elsewhere")
    (True, False)
    """
    pid = os.getpid() if pid is None else pid
    return f"{pid}:{started(pid)}:{place()}"


def pid_of(name: str) -> int:
    """The process id in an identity."""
    return int(name.partition(":")[0])


def alive(name: str) -> bool:
    """Does the process of this identity run, where it can be seen from here?"""
    pid, start, where = _parts(name)
    return where == place() and bool(start) and started(int(pid)) == start


def dead(name: str) -> bool:
    """Is it certain that the process of this identity has ended?

    Not certain of a process in another container of the same machine; certain after the machine was started again.
    """
    where = _parts(name)[2]
    return not alive(name) and (where == place() or where.partition("/")[0] != boot())


def _parts(name: str) -> tuple[str, str, str]:
    pid, _, rest = name.partition(":")
    start, _, where = rest.partition(":")
    return pid, start, where
