"""All processes that carry a mark, however they were started: forks, their forks, and those that left the group.

A mark stands in a process's environment, which everything it starts inherits and cannot lose without starting a program
with another environment.
"""

import os
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import psutil

MARK = "TOKEN_ATLAS_WORKER"
_ROOM = "TOKEN_ATLAS_COPIES"  # of the same length: stands where a copy of a process will have its mark
_MOST = 64  # bytes of a mark that a copy can have
_ENV_START = 47  # field of /proc/PID/stat, counted after the name: where the environment lies in memory
_ENDED = {psutil.STATUS_ZOMBIE, psutil.STATUS_DEAD}


class MarkedProcesses:
    """Looks through the process table; remembers the mark of each process it has seen.

    Each look makes its `psutil.Process` anew: `psutil.process_iter` keeps them by id, and would take a new process that
    got the id of an ended one for that.
    """

    def __init__(self) -> None:
        self._marks: dict[psutil.Process, str] = {}

    def by_mark(self) -> dict[str, list[psutil.Process]]:
        """The processes that run, by mark."""
        found: dict[str, list[psutil.Process]] = {}
        marks: dict[psutil.Process, str] = {}
        for pid in psutil.pids():
            with suppress(psutil.Error):
                process = psutil.Process(pid)  # is told from others by id and start, which no clock moves
                # A new process may be read between fork and exec, when it still has its parent's environment.
                marks[process] = mark = self._marks.get(process) or process.environ().get(MARK, "")
                if mark and process.status() not in _ENDED:
                    found.setdefault(mark, []).append(process)
        self._marks = marks
        return found


def bytes_together(processes: Sequence[psutil.Process], most: int) -> int:
    """Bytes that these processes hold together; shared pages are told apart only if it would else be over `most`."""
    simple = sum(map(_resident, processes))
    return simple if simple <= most or len(processes) == 1 else sum(map(_proportional, processes))


def kill_marked(mark: str, seconds: float = 1.0) -> None:
    """Kill everything that carries a mark beginning so, and what it starts meanwhile."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        found = MarkedProcesses().by_mark()
        doomed = [process for each, processes in found.items() if each.startswith(mark) for process in processes]
        if not doomed:
            return
        for process in doomed:
            if process.pid != os.getpid():
                with suppress(psutil.Error):
                    process.kill()
        time.sleep(0.01)


def _resident(process: psutil.Process) -> int:
    with suppress(psutil.Error):
        return int(process.memory_info().rss)
    return 0


def _proportional(process: psutil.Process) -> int:
    """Resident bytes, pages shared with others divided among them; where that is not said, those of its own."""
    with suppress(psutil.Error):
        info = process.memory_full_info()
        return int(getattr(info, "pss", info.uss))
    return 0


def for_copies(environment: Mapping[str, str]) -> dict[str, str]:
    """The environment for a process of which copies will carry marks; it carries none itself."""
    return {**{name: value for name, value in environment.items() if name != MARK}, _ROOM: "-" * _MOST}


def mark_copy(mark: str) -> None:
    """Let this process carry a mark: a copy, by `fork`, of one that was started with an environment of `for_copies`.

    Others read of a process's environment what lies where the kernel put it when its program was started, which
    `os.environ` does not change: so it is written there. Linux only.

    Raises:
        OSError: the system does not let it.

    """
    given = Path("/proc/self/environ").read_bytes()
    room = f"{_ROOM}={'-' * _MOST}".encode()
    at = given.find(room)
    wanted = f"{MARK}={mark}".encode()
    if at < 0 or len(wanted) > len(room):
        raise OSError("this process was not started to be copied")
    start = int(Path("/proc/self/stat").read_text().rpartition(")")[2].split()[_ENV_START])
    with Path("/proc/self/mem").open("r+b", buffering=0) as memory:
        memory.seek(start + at)
        memory.write(wanted.ljust(len(room), b"\0"))
    os.environ.pop(_ROOM, None)
    os.environ[MARK] = mark
