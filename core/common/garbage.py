"""Python's garbage in circles, collected beside the work of a server.

A full collection walks over every object of the process, some half a million in a server that has opened its
tokenizers, and holds everybody up meanwhile: 100 ms. After every key press that was most of what a key cost; only when
Python finds it worth while, what sessions leave behind lies for minutes, and a file they had sent is large. So it is
done now and then, and what has survived long enough to be walked over is left out of the next walks.
"""

import gc
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

SHARE = 0.01  # of the time on the wall at most: a server that is short of processors collects less often
EVERY = 1.0  # seconds, at the soonest
RARELY = 10_000  # objects made and not gone, after which the young ones are looked at; Python says 700
LONG = 0.02  # processor seconds of a walk after which what survived is left out of the next ones
ALL_AGAIN = 60.0  # seconds after which nothing is left out once: a session may have ended that a walk left out


@contextmanager
def all_stays() -> Iterator[None]:
    """A block that makes many objects, all of which are there to stay: meanwhile nothing is collected."""
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def collect_rarely() -> None:
    """For a process that imports libraries of models and ends with its work: a tenth of their import was collecting.

    >>> collect_rarely()
    >>> gc.get_threshold()[0]
    10000
    """
    gc.set_threshold(RARELY)


def collect_beside() -> None:
    """Start a thread that collects as long as the process lives."""
    threading.Thread(target=_collect, name="garbage", daemon=True).start()


def _collect() -> None:
    collector, pause = Collector(), EVERY
    while True:
        time.sleep(pause)
        pause = collector.step()


class Collector:
    """Collects, and keeps count of when and how long."""

    def __init__(self) -> None:
        self._young = 0  # collections of young objects so far: how much was made
        self._all_at = time.monotonic() + ALL_AGAIN

    def step(self) -> float:
        """Collect, if much was made since the last time; seconds to wait before the next step.

        >>> Collector().step() >= EVERY
        True
        """
        young = gc.get_stats()[0]["collections"]
        if young == self._young:
            return EVERY
        self._young = young
        if time.monotonic() > self._all_at:
            gc.unfreeze()
            self._all_at = time.monotonic() + ALL_AGAIN
        start = time.monotonic()
        _walk()
        return max(EVERY, (time.monotonic() - start) / SHARE)


def _walk() -> None:
    """Collect all garbage that is not left out."""
    start = time.thread_time()
    gc.collect()
    if time.thread_time() - start > LONG:
        gc.freeze()
