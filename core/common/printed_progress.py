"""Prints how far a long step has come, for what is made at a terminal."""

import time

_EVERY = 15.0  # seconds


class PrintedProgress:
    """A listener of `core.common.progress` that prints a few lines a minute, and the last.

    >>> PrintedProgress()(3, 10, "H-Net")
    3/10 H-Net
    """

    def __init__(self) -> None:
        self._next = 0.0

    def __call__(self, done: int, total: int, stage: str) -> None:
        if time.monotonic() >= self._next or done == total:
            self._next = time.monotonic() + _EVERY
            print(f"{done}/{total} {stage}", flush=True)
