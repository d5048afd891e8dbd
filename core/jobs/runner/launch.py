"""Makes sure that a store has a daemon."""

import os
import signal
import subprocess
import threading
import time
from contextlib import suppress
from pathlib import Path

from core.common.disk import on_disk
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


def ensure_daemon(store: Store, home: Path) -> None:
    """Start a daemon for the store unless one serves it; one that hangs is killed first.

    Of several started at once, by this server or another, one takes the lock and the others end.

    Raises:
        NoDaemon: it ends before it serves; says what it last wrote.
    """
    with _lock:
        _started[:] = [process for process in _started if process.poll() is None]  # collects those that ended
        there = holder(store.folder)
        if there and there.serves:
            return
        if there and there.hung:
            with suppress(ProcessLookupError, PermissionError):
                os.kill(pid_of(there.identity), signal.SIGKILL)
        process = _start(store, home)
        deadline = time.monotonic() + START
        while time.monotonic() < deadline and process.poll() is None:
            there = holder(store.folder)
            if there and there.serves:
                break
            time.sleep(0.02)
        _started.append(process)
        there = holder(store.folder)
        if process.poll() and not (there and there.serves):
            log = store.folder / "daemon.log"
            last = log.read_text(errors="replace").strip().rpartition("\n")[2]
            raise NoDaemon(
                f"The process that runs jobs does not start: {without_folders(redacted(last))[:300]}. Its log is "
                f"{log.name} in the store."
            )


def _start(store: Store, home: Path) -> "subprocess.Popen[bytes]":
    log = store.folder / "daemon.log"
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
