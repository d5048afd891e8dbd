"""Which daemon serves a store: the one that holds a lock, which the kernel takes from it when it dies.

The locked file says who holds it and when it last moved, in the machine's monotonic time. It is overwritten in place,
so that a full disk does not make a daemon look dead.
"""

import json
import os
import time
from dataclasses import dataclass
from pathlib import Path

from core.common.file_lock import locked
from core.common.processes import alive, boot, dead, identity

NAME = "daemon.lock"
STALE = 30.0  # seconds without a beat after which a daemon is taken for hung
_WIDTH = 1024
_MOST_TROUBLE = 300  # characters


@dataclass(frozen=True)
class Holder:
    """The daemon of a store: its identity, seconds since it last moved, and what it cannot write down elsewhere."""

    identity: str
    silent: float
    trouble: str = ""

    @property
    def serves(self) -> bool:
        """Can it be relied on to run what is queued?"""
        return self.silent < STALE and not dead(self.identity)

    @property
    def hung(self) -> bool:
        """Is it a process of this place that runs but does not move?"""
        return self.silent >= STALE and alive(self.identity)


def holder(folder: Path) -> Holder | None:
    """Who holds the lock of a store, or held it last; None if it was given back."""
    try:
        said = json.loads((folder / NAME).read_text(encoding="utf-8"))
        silent = time.monotonic() - said["beat"] if said["boot"] == boot() else STALE
        return Holder(said["identity"], silent, said.get("trouble", ""))
    except (OSError, ValueError, KeyError, TypeError):
        return None


class DaemonLock:
    """The lock of a store."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / NAME
        self._file = os.open(folder / NAME, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o644)
        self._who = identity()

    def take(self, seconds: float) -> bool:
        """Try for so long to become the one holder."""
        taken = locked(self._file, seconds)
        if taken:
            self.beat()
        return taken

    @property
    def counts(self) -> bool:
        """Is the locked file still the one that others look at, or was the store deleted?"""
        try:
            return os.path.samestat(self._path.stat(), os.fstat(self._file))
        except OSError:
            return False

    def beat(self, trouble: str = "") -> None:
        """Say that the holder moves, and what keeps it from its work."""
        said = {"identity": self._who, "beat": time.monotonic(), "boot": boot(), "trouble": trouble[:_MOST_TROUBLE]}
        os.pwrite(self._file, json.dumps(said).encode().ljust(_WIDTH), 0)

    def give_back(self) -> None:
        """Say that nobody holds it any more, then let go."""
        os.pwrite(self._file, b"null".ljust(_WIDTH), 0)
        os.close(self._file)
