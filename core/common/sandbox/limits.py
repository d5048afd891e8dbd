"""What a process may take: limits that it sets for itself, after its imports and before it touches what it is for.

They are the kernel's, so they hold in native code that never returns to Python; only root can raise them again.
"""

import ctypes
import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from math import ceil
from pathlib import Path

_PR_SET_PDEATHSIG = 1
_NICE = 10


@dataclass(frozen=True, kw_only=True)
class ProcessLimits:
    """Most that a process may take; it never leaves a core dump.

    Args:
        address_mb: of address space (RLIMIT_AS), 0 for no limit. The strictest, for code that reserves little.
        data_mb: of memory of its own (RLIMIT_DATA), 0 for no limit. For libraries that reserve address space that they
            never use.
        writes: may it write files?
        n_files: open at a time, 0 for no limit of its own.
    """

    address_mb: int = 0
    data_mb: int = 0
    writes: bool = True
    n_files: int = 0

    def apply(self) -> None:
        """Bind this process for good; where a system refuses a limit, the others hold."""
        try:
            import resource
        except ImportError:  # Windows; whoever asks still keeps the time
            return
        wanted = {
            resource.RLIMIT_CORE: 0,
            **({} if self.writes else {resource.RLIMIT_FSIZE: 0}),
            **({resource.RLIMIT_NOFILE: self.n_files} if self.n_files else {}),
            **({resource.RLIMIT_AS: self.address_mb * 2**20} if self.address_mb else {}),
            **({resource.RLIMIT_DATA: self.data_mb * 2**20} if self.data_mb else {}),
        }
        for which, most in wanted.items():
            with suppress(ValueError, OSError):  # macOS refuses RLIMIT_AS: `pipes` watches memory there
                resource.setrlimit(which, (most, most))


def end_after(processor_seconds: float, wall_seconds: float) -> None:
    """Let the kernel end this process after so much processor time or so much time on the wall; 0 for never.

    Also after its parent is gone. Said anew for each request, it replaces what was said before.
    """
    if hasattr(signal, "setitimer"):
        signal.setitimer(signal.ITIMER_PROF, processor_seconds)
        signal.setitimer(signal.ITIMER_REAL, wall_seconds)


def die_with_parent(parent: int) -> None:
    """Let the kernel kill this process when the parent of this id ends, however that ends.

    Linux does so when the *thread* that started the process ends: only for one that its thread waits for.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(0)


def give_way() -> None:
    """Let other processes go first, and let this one go first if the machine runs out of memory."""
    with suppress(OSError):
        os.nice(_NICE)
    with suppress(OSError):
        Path("/proc/self/oom_score_adj").write_text("1000")


@contextmanager
def bounded(n_bytes: int, seconds: float) -> Iterator[None]:
    """In this block, this process may take so much memory beyond what it has, and so much time; then it may go on.

    For a process that is not ours to bind for good. Over the time the kernel ends it.

    Args:
        n_bytes: shared memory is not counted; 0 for no limit.

    Raises:
        MemoryError: from within the block, where Python asks for more; libraries may end the process instead.
    """
    signal.signal(signal.SIGALRM, signal.SIG_DFL)
    signal.alarm(ceil(seconds))
    try:
        with _data_limit(n_bytes):
            yield
    finally:
        signal.alarm(0)


@contextmanager
def _data_limit(n_bytes: int) -> Iterator[None]:
    held = _data_bytes()
    if not held or not n_bytes:
        yield
        return
    import resource

    soft, hard = resource.getrlimit(resource.RLIMIT_DATA)
    wanted = held + n_bytes if hard == resource.RLIM_INFINITY else min(held + n_bytes, hard)
    resource.setrlimit(resource.RLIMIT_DATA, (wanted, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_DATA, (soft, hard))


def _data_bytes() -> int:
    """What the system counts against RLIMIT_DATA of this process; 0 where it does not say.

    psutil has no word for it: its `data` counts the stack too, which the limit does not.
    """
    with suppress(OSError, ValueError, StopIteration):
        lines = Path("/proc/self/status").read_text().splitlines()
        return int(next(line for line in lines if line.startswith("VmData:")).split()[1]) * 1024
    return 0
