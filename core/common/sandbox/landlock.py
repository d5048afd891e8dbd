"""Landlock: a process gives up, for good, all files but those that it names, which it may only read.

Names, sizes and dates of other files can still be asked for, and no right is needed to map a library: what is refused
is opening, listing, making, changing and removing.

Source: the kernel's Documentation/userspace-api/landlock.rst.
"""

import ctypes
import os
import struct
import sys
from collections.abc import Iterable
from functools import cache
from pathlib import Path

_CREATE, _ADD_RULE, _RESTRICT_SELF = 444, 445, 446  # system calls, the same on every machine
_ASK_VERSION, _PATH_BENEATH = 1, 1
_READ_FILE, _READ_DIR = 1 << 2, 1 << 3
_FIRST_RIGHTS = (1 << 13) - 1
_LATER_RIGHTS = {2: 1 << 13, 3: 1 << 14, 5: 1 << 15}  # by version: to move between folders, to truncate, devices' ioctl
_SCOPES_SINCE = 6
_SCOPES = 0b11  # abstract Unix sockets, and signals to processes outside


@cache
def version() -> int:
    """Of the kernel's Landlock; 0 where there is none, or where it is switched off."""
    if sys.platform != "linux":
        return 0
    return max(0, int(ctypes.CDLL(None).syscall(_CREATE, None, ctypes.c_size_t(0), _ASK_VERSION)))


def read_only(paths: Iterable[Path]) -> None:
    """From here on this process's files are these, folders with all that is in them, and only to read.

    It counts for the thread that says it and those it starts: call it while there is one. Paths that are not there are
    left out. Needs `PR_SET_NO_NEW_PRIVS`.

    Raises:
        OSError: the kernel refuses.
    """
    rights = _FIRST_RIGHTS | sum(right for since, right in _LATER_RIGHTS.items() if version() >= since)
    scopes = _SCOPES if version() >= _SCOPES_SINCE else 0
    ruleset = struct.pack("=QQQ", rights, 0, scopes)  # the network is seccomp's
    rules = _called(_CREATE, ruleset, ctypes.c_size_t(len(ruleset)), 0)
    try:
        for path in paths:
            _add(rules, path)
        _called(_RESTRICT_SELF, rules, 0)
    finally:
        os.close(rules)


def _add(rules: int, path: Path) -> None:
    try:
        place = os.open(path, os.O_PATH | os.O_CLOEXEC)
    except OSError:
        return
    try:
        rights = _READ_FILE | (_READ_DIR if path.is_dir() else 0)
        _called(_ADD_RULE, rules, _PATH_BENEATH, struct.pack("=Qi", rights, place), 0)
    finally:
        os.close(place)


def _called(number: int, *arguments: object) -> int:
    found = int(ctypes.CDLL(None, use_errno=True).syscall(number, *arguments))
    if found < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return found
