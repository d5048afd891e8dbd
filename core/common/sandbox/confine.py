"""What a process that reads a stranger's data gives up for good, before it reads it, as far as the kernel offers that.

Whatever takes such a process over is left with its own memory, the answer that it may write, and the files that it was
to read. `limits` says how much it may take; this says what it may touch.
"""

import ctypes
import os
import site
import struct
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path

from core.common.data_folders import DATA, ROOT
from core.common.sandbox import landlock, seccomp

_PR_SET_DUMPABLE, _PR_SET_NO_NEW_PRIVS = 4, 38
_CAPABILITIES_VERSION = 0x20080522
_READ_ANY_FILE = 1 << 2  # CAP_DAC_READ_SEARCH: a container's root reads what other users own
_SYSTEM = (  # libraries, time zones, and what they ask of the machine
    "/usr/lib",
    "/usr/lib64",
    "/usr/local/lib",
    "/lib",
    "/lib64",
    "/nix/store",
    "/etc/ld.so.cache",
    "/etc/localtime",
    "/usr/share/zoneinfo",
    "/dev/null",
    "/dev/urandom",
    "/proc/self",
    "/proc/cpuinfo",
    "/proc/meminfo",
    "/sys/devices/system/cpu",
)


def confine(files: Iterable[Path] = ()) -> None:
    """From here on: no network, no new process or program, no change to any file, no look at or signal to others.

    It may read these files and folders, and the code that it runs. Call it with everything ours imported, or it has to
    be read again without a cache of bytecode; with one thread, since Landlock binds no other that is there already; and
    after `ProcessLimits`.

    Raises:
        OSError: the kernel has a thing and refuses it.
    """
    if sys.platform != "linux":
        return
    readable = [*files, *_code()]
    unreadable_by_others()
    ctypes.CDLL(None).prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    _drop_capabilities()
    if landlock.version():
        landlock.read_only(readable)
    if seccomp.here():
        seccomp.refuse()


def unreadable_by_others() -> None:
    """From here on no other process of the user, but root's, reads this one's memory or environment; no core dump."""
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_DUMPABLE, 0, 0, 0, 0)


@cache
def missing_here() -> tuple[str, ...]:
    """What of this the system lacks, a sentence each, for whoever runs the server; none where it is all there."""
    lacks = []
    if not landlock.version():
        lacks.append("There is no Landlock here: a process for untrusted files may read what the server may read.")
    if not seccomp.here():
        lacks.append(
            "There is no seccomp here: a process for untrusted files may use the network and start programs"
            + ("." if landlock.version() else ", and those may write files.")
        )
    return tuple(lacks)


def _code() -> list[Path]:
    """Where this code, Python and its libraries lie."""
    found = [Path(entry).resolve() for entry in sys.path if entry]
    apart = [entry for entry in found if not ROOT.is_relative_to(entry)]  # beside the code may lie what is private
    libraries = [Path(sys.prefix), Path(sys.base_prefix), Path(site.getusersitepackages())]
    return [ROOT / "core", DATA, *apart, *libraries, *map(Path, _SYSTEM)]


def _drop_capabilities() -> None:
    """Leave root no more than any user has; nothing, for any user."""
    libc = ctypes.CDLL(None, use_errno=True)
    head = struct.pack("=Ii", _CAPABILITIES_VERSION, 0)
    sets = ctypes.create_string_buffer(24)  # effective, permitted, inheritable; twice 32 bits
    if libc.capget(head, sets):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    kept = struct.unpack("=6I", sets)[1] & _READ_ANY_FILE
    if libc.capset(head, struct.pack("=6I", kept, kept, 0, 0, 0, 0)):
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
