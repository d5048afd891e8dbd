"""All processes that carry a mark, however they were started: forks, their forks, and those that left the group.

A mark stands in a process's environment, which everything it starts inherits and cannot lose without starting a program
with another environment.
"""

import os
import time
from collections.abc import Sequence
from contextlib import suppress

import psutil

MARK = "TOKEN_ATLAS_WORKER"
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
