"""Tells whoever listens how far a long step has come, without the step knowing who that is."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Listener = Callable[[int, int, str], None]

_listener: ContextVar[Listener | None] = ContextVar("progress_listener", default=None)


def report(done: int, total: int, stage: str) -> None:
    """Say that `done` of `total` (0 if unknown) units of `stage` are finished; free where nobody listens."""
    listener = _listener.get()
    if listener is not None:
        listener(done, total, stage)


@contextmanager
def listening(listener: Listener) -> Iterator[None]:
    """Hear every report made inside, from this thread and from those that copy its context.

    >>> with listening(lambda done, total, stage: print(stage, done, total)):
    ...     report(3, 10, "downloading")
    downloading 3 10
    """
    token = _listener.set(listener)
    try:
        yield
    finally:
        _listener.reset(token)
