"""Silence for native libraries that write to the terminal whatever happens, such as Rust's account of a panic."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_STDERR = 2


class _Silence:
    """Standard error led nowhere while anybody wants it so; thread-safe."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._wanted, self._kept = 0, -1

    def begin(self) -> None:
        with self._lock:
            self._wanted += 1
            if self._wanted > 1:
                return
            try:
                self._kept = os.dup(_STDERR)
            except OSError:  # a process without standard error says nothing anyway
                return
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, _STDERR)
            os.close(nowhere)

    def end(self) -> None:
        with self._lock:
            self._wanted -= 1
            if not self._wanted and self._kept >= 0:
                os.dup2(self._kept, _STDERR)
                os.close(self._kept)
                self._kept = -1


_SILENCE = _Silence()


@contextmanager
def quiet_libraries() -> Iterator[None]:
    """In this block, what anybody in this process writes to standard error goes nowhere.

    For calls whose failure the caller handles; a block of one thread ends no block of another.

    >>> with quiet_libraries():
    ...     os.write(2, b"thread panicked at ...")
    22
    """
    _SILENCE.begin()
    try:
        yield
    finally:
        _SILENCE.end()
