"""Turns: how many processes of a kind run at a time in this server, and how long the next one waits for its turn."""

import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from core.common.errors import TookTooLong
from core.common.sandbox.interest import who_asks
from core.common.settings import settings

WAIT_SECONDS = 60.0


class Turns:
    """As many at a time as `TOKEN_ATLAS_TRIALS` says, of which one person leaves one to others; thread-safe."""

    def __init__(self, what: str) -> None:
        """Args: what: runs, for people, in the plural."""
        self._what, self._free = what, threading.Condition()
        self._running: Counter[str] = Counter()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """A block that counts as one; it waits until there are fewer.

        Raises:
            TookTooLong: there were not for a minute; says what to do.
        """
        most, who = settings().trials, who_asks()
        with self._free:
            if not self._free.wait_for(lambda: self._is_free(most, who), WAIT_SECONDS):
                raise TookTooLong(
                    f"{self._running.total()} {self._what} are being looked at; this server takes {most} at a time, "
                    "one fewer of the same person (TOKEN_ATLAS_TRIALS). Try again in a minute."
                )
            self._running[who] += 1
        try:
            yield
        finally:
            with self._free:
                self._running[who] -= 1
                self._running += Counter()  # those without any go
                self._free.notify_all()

    def _is_free(self, most: int, who: str) -> bool:
        one = max(1, most - 1) if who else most
        return self._running.total() < most and self._running[who] < one
