"""All processes that belong to a worker, however they were started: forks, their forks, and those that left the group.

A worker's environment holds a mark, which everything it starts inherits and cannot lose without starting a program
with another environment.
"""

import os
import signal
import time
from contextlib import suppress
from pathlib import Path

from core.common.processes import PROC

MARK = "TOKEN_ATLAS_WORKER"
_PAGE = os.sysconf("SC_PAGE_SIZE")


class Census:
    """Reads the process table; remembers the mark of each process it has seen."""

    def __init__(self) -> None:
        self._marks: dict[tuple[int, bytes], str] = {}

    def members(self) -> dict[str, list[tuple[int, int]]]:
        """Process ids with their resident bytes, by mark; empty where there is no process table to read."""
        found: dict[str, list[tuple[int, int]]] = {}
        marks: dict[tuple[int, bytes], str] = {}
        for name in (entry.name for entry in PROC.iterdir()) if PROC.is_dir() else ():
            if not name.isdigit():
                continue
            try:
                fields = (PROC / name / "stat").read_bytes().rpartition(b")")[2].split()
                who = (int(name), fields[19])
                # A new process may be read between fork and exec, when it still has its parent's environment.
                mark = self._marks.get(who) or _mark(int(name))
            except OSError:
                continue
            marks[who] = mark
            if mark and fields[0] not in {b"Z", b"X"}:
                found.setdefault(mark, []).append((int(name), int(fields[21]) * _PAGE))
        self._marks = marks
        return found


def resident(processes: list[tuple[int, int]], most: int) -> int:
    """Bytes that these processes hold together; shared pages are told apart only if it would else be over `most`."""
    simple = sum(size for _, size in processes)
    return simple if simple <= most or len(processes) == 1 else sum(_proportional(pid) for pid, _ in processes)


def kill_marked(mark: str, seconds: float = 1.0) -> None:
    """Kill everything that carries a mark beginning so, and what it starts meanwhile."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        members = Census().members()
        doomed = [pid for each, found in members.items() if each.startswith(mark) for pid, _ in found]
        if not doomed:
            return
        for pid in doomed:
            if pid != os.getpid():
                with suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
        time.sleep(0.01)


def _mark(pid: int) -> str:
    for entry in Path(f"/proc/{pid}/environ").read_bytes().split(b"\0"):
        name, _, value = entry.partition(b"=")
        if name == MARK.encode():
            return value.decode(errors="replace")
    return ""


def _proportional(pid: int) -> int:
    try:
        for line in Path(f"/proc/{pid}/smaps_rollup").read_bytes().splitlines():
            if line.startswith(b"Pss:"):
                return int(line.split()[1]) * 1024
    except OSError:
        pass
    return 0
