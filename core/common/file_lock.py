"""The one lock on a file, which the kernel takes from its holder when that ends, however it ends.

filelock 4.3.1 was tried in its place. Its lock went with a killed holder as this one does, but from its import on every
fork of a process runs its hooks, also in processes that only open the store: 250 forks of a job's process then held
422 MB together and not 218 MB, which a job of 400 MB was ended for.
"""

import fcntl
import time

_EVERY = 0.02  # seconds between two tries


def locked(file: int, seconds: float) -> bool:
    """Lock an open file until it is closed; False if somebody else has kept it for so long.

    >>> import tempfile
    >>> with tempfile.NamedTemporaryFile() as mine, open(mine.name) as other:
    ...     locked(mine.fileno(), 0), locked(other.fileno(), 0)
    (True, False)
    """
    deadline = time.monotonic() + seconds
    while True:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            return True
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
            time.sleep(_EVERY)
