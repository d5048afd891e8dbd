"""How a process is ended: killed, with everything that descends from it or shares its session."""

import os
import signal
from contextlib import suppress
from typing import Protocol

import psutil


class Endable(Protocol):
    """A process that was started here, as `subprocess.Popen` is one, and leads a group."""

    @property
    def pid(self) -> int:
        """Its id."""

    def poll(self) -> int | None:
        """How it ended; None while it runs."""

    def wait(self) -> int:
        """How it ended, once it has."""


def end(process: Endable) -> None:
    """Kill such a process and what it has started, and collect it; do nothing to one that has ended.

    What it has started is found by descent and by its group, while it runs: an id whose process was collected may be
    anybody's. What outlives a crashed parent is found by its mark (`marked_processes`), if it has one.
    """
    if process.poll() is None:
        tree = _tree(process.pid)
        with suppress(ProcessLookupError, PermissionError):
            os.killpg(process.pid, signal.SIGKILL)
        for each in tree:
            with suppress(psutil.Error):
                each.kill()  # which looks whether the id is still that process's
    process.wait()


def _tree(pid: int) -> list[psutil.Process]:
    """A process and its descendants."""
    try:
        process = psutil.Process(pid)
        return [process, *process.children(recursive=True)]
    except psutil.Error:
        return []
