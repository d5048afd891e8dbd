"""Writes that fail are one message for the person at the screen, which names no folder of the server."""

import errno
from collections.abc import Iterator
from contextlib import contextmanager

from core.common.errors import UserError

FULL = frozenset({errno.EFBIG, errno.ENOSPC, errno.EDQUOT})
READ_ONLY = frozenset({errno.EPERM, errno.EACCES, errno.EROFS})
_NO_FOLDER = frozenset({errno.ENOENT, errno.ENOTDIR})  # `core.common.home` could not make it
ROOM = "Delete results on the Runs page, or ask whoever runs this server for room"
WRITABLE = "Whoever runs this server: set TOKEN_ATLAS_HOME to a folder that can be written"


class DiskError(UserError):
    """Something could not be written."""


def disk_trouble(error: BaseException) -> str:
    """What is said of a write that failed for want of room or of rights; empty for another error.

    >>> disk_trouble(OSError(errno.ENOSPC, "No space left on device"))
    'The disk is full. Delete results on the Runs page, or ask whoever runs this server for room.'
    >>> disk_trouble(OSError(errno.EIO, "Input/output error")), disk_trouble(ValueError())
    ('', '')
    """
    number = error.errno if isinstance(error, OSError) else None
    if number in FULL:
        return f"The disk is full. {ROOM}."
    return f"The disk is read-only. {WRITABLE}." if number == errno.EROFS else ""


@contextmanager
def on_disk(what: str) -> Iterator[None]:
    """A block that writes, and leaves nothing half-written itself.

    Args:
        what: is written, as a sentence begins with it.

    Raises:
        DiskError: the disk is full, cannot be written or fails; says what to do.

    >>> with on_disk("The upload"):
    ...     raise OSError(errno.ENOSPC, "No space left on device", "/srv/secret")
    Traceback (most recent call last):
        ...
    core.common.disk.DiskError: The upload was not kept: the disk of this server is full. Delete results on the Runs \
page, or ask whoever runs this server for room.
    """
    try:
        yield
    except OSError as error:
        if error.errno in FULL:
            why = f"the disk of this server is full. {ROOM}"
        elif error.errno in READ_ONLY | _NO_FOLDER:
            why = f"its folder is read-only. {WRITABLE}"
        else:
            why = f"{error.strerror or type(error).__name__}. Whoever runs this server: check its disk"
        raise DiskError(f"{what} was not kept: {why}.") from error
