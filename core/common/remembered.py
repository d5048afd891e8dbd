"""What is remembered to save time, in files of `core.common.home`: where it cannot be kept, that costs only time."""

from contextlib import suppress

from core.common.atomic import write_whole
from core.common.home import home


def remembered(*place: str) -> bytes | None:
    """What was remembered under a folder and a name; None if nothing was, or if it cannot be read."""
    try:
        return home(*place[:-1]).joinpath(place[-1]).read_bytes()
    except OSError:
        return None


def remember(data: bytes, *place: str) -> None:
    """Keep it under a folder and a name, unless the disk is full or cannot be written."""
    with suppress(OSError):
        write_whole(home(*place[:-1]) / place[-1], data)
