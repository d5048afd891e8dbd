"""Silence for native libraries that write to the terminal whatever happens, such as Rust's account of a panic."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress

_STDERR = 2
_lock = threading.Lock()
_depth, _kept = 0, -1


@contextmanager
def quiet_libraries() -> Iterator[None]:
    """In this block, what anybody in this process writes to standard error goes nowhere.

    For calls whose failure the caller handles; a block of one thread ends no block of another.

    >>> with quiet_libraries():
    ...     os.write(2, b"thread panicked at ...")
    22
    """
    _begin()
    try:
        yield
    finally:
        _end()


def _begin() -> None:
    global _depth, _kept
    with _lock:
        _depth += 1
        if _depth > 1:
            return
        with suppress(OSError):  # a process without standard error says nothing anyway
            _kept = os.dup(_STDERR)
            nowhere = os.open(os.devnull, os.O_WRONLY)
            os.dup2(nowhere, _STDERR)
            os.close(nowhere)


def _end() -> None:
    global _depth, _kept
    with _lock:
        _depth -= 1
        if _depth or _kept < 0:
            return
        os.dup2(_kept, _STDERR)
        os.close(_kept)
        _kept = -1
