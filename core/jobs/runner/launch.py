"""Makes sure that a store has a daemon."""

import os
import signal
import subprocess
import threading
import time
from contextlib import suppress
from pathlib import Path
from typing import NamedTuple

from core.common.disk import ROOM, on_disk
from core.common.errors import UserError
from core.common.processes import pid_of
from core.common.redact import redacted, without_folders
from core.common.sandbox.marked_processes import MARK
from core.common.sandbox.start import start, whole_environment
from core.jobs.runner.lock import holder
from core.jobs.store.store import Store


class NoDaemon(UserError):
    """The process that runs jobs does not start."""


START = 10.0  # seconds that a daemon has to say that it is there
_MOST_LOG = 2**20

_lock = threading.Lock()
_started: list["subprocess.Popen[bytes]"] = []


class _Starting(NamedTuple):
    """A daemon that was not seen to serve yet, and the size of the log before it."""

    process: "subprocess.Popen[bytes]"
    said: int


_starting: dict[Path, _Starting] = {}  # by the folder of the store


def ensure_daemon(store: Store, home: Path) -> None:
    """Start a daemon for the store unless one serves it; one that hangs is killed first.

    Of several started at once, by this server or another, one takes the lock and the others end.

    Raises:
        NoDaemon: it ends before it serves; says what it last wrote.
    """
    folder, log = store.folder, store.folder / "daemon.log"
    with _lock:
        _started[:] = [process for process in _started if process.poll() is None]  # collects those that ended
        if _serves(folder):
            _starting.pop(folder, None)
            return
        there = holder(folder)
        if there and there.hung:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid_of(there.identity), signal.SIGKILL)
        begun = _starting.get(folder)  # one that a busy machine has not let come to its first word
        if begun is None or _over(begun.process):
            said = log.stat().st_size if log.exists() else 0
            begun = _starting[folder] = _Starting(_start(log, home), said)
            _started.append(begun.process)
        deadline = time.monotonic() + START
        while time.monotonic() < deadline and begun.process.poll() is None and not _serves(folder):
            time.sleep(0.02)
        if _serves(folder):
            del _starting[folder]
        elif begun.process.poll():
            del _starting[folder]
            raise NoDaemon(_why(log, begun.said))


def _serves(folder: Path) -> bool:
    there = holder(folder)
    return there is not None and there.serves


def _over(process: "subprocess.Popen[bytes]") -> bool:
    """Has it ended, and not because it could not serve?"""
    status = process.poll()
    return status is not None and status <= 0


def _why(log: Path, said: int) -> str:
    """Why a daemon ended, from what it wrote after so many bytes that earlier ones had."""
    with log.open("rb") as file:
        file.seek(said if said < log.stat().st_size <= _MOST_LOG else 0)
        last = file.read().decode(errors="replace").strip().rpartition("\n")[2]
    if not last or log.stat().st_size == said:
        return f"The process that runs jobs does not start, and no room is left for it to say why. {ROOM}."
    return (
        f"The process that runs jobs does not start: {without_folders(redacted(last))[:300]}. Its log is {log.name} in "
        "the store."
    )


def _start(log: Path, home: Path) -> "subprocess.Popen[bytes]":
    mode = "wb" if log.exists() and log.stat().st_size > _MOST_LOG else "ab"
    with on_disk("The log of what runs jobs"):
        output = log.open(mode)
    with output:
        return start(
            "core.jobs.runner.daemon",
            str(home.absolute()),
            environment={name: value for name, value in whole_environment().items() if name != MARK},
            apart=False,
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
        )
