"""Turns: how many processes of a kind run at a time in this server, and how long the next one waits for its turn."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from core.common.errors import TookTooLong
from core.common.settings import settings

WAIT_SECONDS = 60.0


class Turns:
    """As many at a time as `TOKEN_ATLAS_TRIALS` says; thread-safe."""

    def __init__(self, what: str) -> None:
        """Args: what: runs, for people, in the plural."""
        self._what, self._free, self._n_running = what, threading.Condition(), 0

    @contextmanager
    def turn(self) -> Iterator[None]:
        """A block that counts as one; it waits until there are fewer.

        Raises:
            TookTooLong: there were not for a minute; says what to do.
        """
        most = settings().trials
        with self._free:
            if not self._free.wait_for(lambda: self._n_running < most, WAIT_SECONDS):
                raise TookTooLong(
                    f"{most} {self._what} are being looked at for other visitors, as many as this server takes at a "
                    "time (TOKEN_ATLAS_TRIALS). Try again in a minute."
                )
            self._n_running += 1
        try:
            yield
        finally:
            with self._free:
                self._n_running -= 1
                self._free.notify()
