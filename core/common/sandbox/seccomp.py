"""seccomp: a process gives up, for good, the system calls that reading a file and answering do not need.

A small program in the kernel looks at each call: no sockets, no new process or program, no change to any file, no look
into another process and no signal to one. What it refuses fails with EPERM; threads go on working. A list of what is
refused and not of what is allowed, because libraries, their threads and memory allocators differ in what they need.

Source: the kernel's Documentation/userspace-api/seccomp_filter.rst; numbers from its asm/unistd_64.h and
asm-generic/unistd.h.
"""

import ctypes
import errno
import os
import platform
import struct
import sys
from functools import cache

_AUDIT = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
_REFUSED: dict[str, tuple[int | None, int | None]] = {  # on x86_64, on aarch64
    # the network, other programs on this machine among it
    "socket": (41, 198),
    "socketpair": (53, 199),
    # processes and programs
    "fork": (57, None),
    "vfork": (58, None),
    "execve": (59, 221),
    "execveat": (322, 281),
    "unshare": (272, 97),
    "setns": (308, 268),
    # files: what would change one, or open one past its path
    "creat": (85, None),
    "truncate": (76, 45),
    "rename": (82, None),
    "renameat": (264, 38),
    "renameat2": (316, 276),
    "mkdir": (83, None),
    "mkdirat": (258, 34),
    "rmdir": (84, None),
    "link": (86, None),
    "linkat": (265, 37),
    "unlink": (87, None),
    "unlinkat": (263, 35),
    "symlink": (88, None),
    "symlinkat": (266, 36),
    "mknod": (133, None),
    "mknodat": (259, 33),
    "chmod": (90, None),
    "fchmod": (91, 52),
    "fchmodat": (268, 53),
    "chown": (92, None),
    "fchown": (93, 55),
    "lchown": (94, None),
    "fchownat": (260, 54),
    "utime": (132, None),
    "utimes": (235, None),
    "futimesat": (261, None),
    "utimensat": (280, 88),
    "setxattr": (188, 5),
    "lsetxattr": (189, 6),
    "fsetxattr": (190, 7),
    "removexattr": (197, 14),
    "lremovexattr": (198, 15),
    "fremovexattr": (199, 16),
    "mq_open": (240, 180),
    "open_by_handle_at": (304, 265),
    # other processes, and the kernel's own keys and programs
    "ptrace": (101, 117),
    "process_vm_readv": (310, 270),
    "process_vm_writev": (311, 271),
    "kcmp": (312, 272),
    "tkill": (200, 130),
    "rt_sigqueueinfo": (129, 138),
    "rt_tgsigqueueinfo": (297, 240),
    "add_key": (248, 217),
    "request_key": (249, 218),
    "keyctl": (250, 219),
    "bpf": (321, 280),
    "perf_event_open": (298, 241),
    "userfaultfd": (323, 282),
}
_SECCOMP = {"x86_64": 317, "aarch64": 277}
# Allowed by their arguments.
_OPEN = {"x86_64": 2}
_OPENAT = {"x86_64": 257, "aarch64": 56}
_CLONE = {"x86_64": 56, "aarch64": 220}
_KILL = {"x86_64": 62, "aarch64": 129}
_TGKILL = {"x86_64": 234, "aarch64": 131}
_PRLIMIT = {"x86_64": 302, "aarch64": 261}
# Calls from here on are young, the same on every machine, and done without by whoever is told that they are not there:
# clone3, openat2, io_uring, which is a way around any filter, and those to come. Also x86's other numbering, of x32.
_YOUNG = 424

_LOAD, _EQUAL, _AT_LEAST, _ANY_BIT, _RETURN = 0x20, 0x15, 0x35, 0x45, 0x06
_ALLOW, _KILL_PROCESS, _FAIL = 0x7FFF0000, 0x80000000, 0x00050000
_NUMBER, _ARCHITECTURE = 0, 4  # offsets in `struct seccomp_data`; arguments follow at 16, eight bytes each
_CLONE_THREAD = 0x10000
_WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC
_PR_GET_SECCOMP, _PR_SET_SECCOMP, _FILTER = 21, 22, 2
_ALL_THREADS = 1  # SECCOMP_FILTER_FLAG_TSYNC


@cache
def here() -> bool:
    """Does this kernel have it, and are this machine's calls known?"""
    known = sys.platform == "linux" and sys.maxsize > 2**32 and platform.machine() in _AUDIT
    if not known or ctypes.CDLL(None).prctl(_PR_GET_SECCOMP, 0, 0, 0, 0) < 0:
        return False
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl(_PR_SET_SECCOMP, _FILTER, None, 0, 0)  # a filter at no address: EFAULT from a kernel that takes filters
    return ctypes.get_errno() == errno.EFAULT


def refuse() -> None:
    """From here on this process, with all its threads, is refused those calls. Needs `PR_SET_NO_NEW_PRIVS`.

    Raises:
        OSError: the kernel refuses the filter.
    """
    code = program(platform.machine(), os.getpid())
    held = ctypes.create_string_buffer(code, len(code))
    whole = struct.pack("@HP", len(code) // 8, ctypes.addressof(held))
    if found := ctypes.CDLL(None, use_errno=True).syscall(_SECCOMP[platform.machine()], 1, _ALL_THREADS, whole):
        raise OSError(ctypes.get_errno(), f"thread {found}: {os.strerror(ctypes.get_errno())}")


def program(machine: str, pid: int) -> bytes:
    """The filter for a machine: instructions of eight bytes.

    Args:
        machine: "x86_64" or "aarch64".
        pid: whom it may send signals to, as an abort does: itself.
    """
    column = list(_AUDIT).index(machine)
    refused = [numbers[column] for numbers in _REFUSED.values()]
    lines = [
        _line(_LOAD, _ARCHITECTURE),
        _line(_EQUAL, _AUDIT[machine], 1, 0),
        _line(_RETURN, _KILL_PROCESS),
        _line(_LOAD, _NUMBER),
        _line(_AT_LEAST, _YOUNG, 0, 1),
        _line(_RETURN, _FAIL | errno.ENOSYS),
    ]
    for number in refused:
        if number is not None:
            lines += [_line(_EQUAL, number, 0, 1), _line(_RETURN, _FAIL | errno.EPERM)]
    if machine in _OPEN:
        lines += _only_if(_OPEN[machine], 1, _ANY_BIT, _WRITING, holds=False)
    lines += _only_if(_OPENAT[machine], 2, _ANY_BIT, _WRITING, holds=False)
    lines += _only_if(_CLONE[machine], 0, _ANY_BIT, _CLONE_THREAD, holds=True)
    lines += _only_if(_KILL[machine], 0, _EQUAL, pid, holds=True)
    lines += _only_if(_TGKILL[machine], 0, _EQUAL, pid, holds=True)
    lines += _only_if(_PRLIMIT[machine], 0, _EQUAL, 0, holds=True)
    return b"".join([*lines, _line(_RETURN, _ALLOW)])


def _only_if(number: int, argument: int, test: int, value: int, holds: bool) -> list[bytes]:
    """Allow the call only if the test of the low half of an argument holds, or only if it does not."""
    return [
        _line(_EQUAL, number, 0, 4),
        _line(_LOAD, 16 + 8 * argument),
        _line(test, value, int(not holds), int(holds)),
        _line(_RETURN, _ALLOW),
        _line(_RETURN, _FAIL | errno.EPERM),
    ]


def _line(code: int, value: int, if_so: int = 0, if_not: int = 0) -> bytes:
    return struct.pack("=HBBI", code, if_so, if_not, value)
