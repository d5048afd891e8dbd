"""Tells whoever listens how far a long step has come, without the step knowing who that is."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

Listener = Callable[[int, int, str], None]

_WHOLE = 10_000

_listener: ContextVar[Listener | None] = ContextVar("progress_listener", default=None)


def report(done: int, total: int, stage: str) -> None:
    """Say that `done` of `total` (0 if unknown) units of `stage` are finished; free where nobody listens."""
    listener = _listener.get()
    if listener is not None:
        listener(done, total, stage)


def is_heard() -> bool:
    """Does anybody listen?"""
    return _listener.get() is not None


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


@contextmanager
def step(start: float, end: float, stage: str) -> Iterator[None]:
    """Reports made inside tell how far one step of a longer work is, from `start` to `end` of the whole, 0 to 1.

    >>> with listening(lambda done, total, stage: print(stage, done / total)), step(0.5, 1.0, "measuring"):
    ...     report(1, 2, "scoring")
    measuring 0.5
    measuring: scoring 0.75
    """
    outer = _listener.get()
    if outer is None:
        yield
        return

    def inner(done: int, total: int, what: str) -> None:
        share = min(1.0, done / total) if total else 0.0
        outer(round(_WHOLE * (start + (end - start) * share)), _WHOLE, f"{stage}: {what}" if what else stage)

    inner(0, 1, "")
    with listening(inner):
        yield
