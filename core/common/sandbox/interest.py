"""Whether anybody still waits for an answer: what a process works on ends with the tab that asked for it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar


def _nothing() -> None:
    pass


_CHECK: ContextVar[Callable[[], None]] = ContextVar("check", default=_nothing)


@contextmanager
def while_wanted(check: Callable[[], None]) -> Iterator[None]:
    """A block in which every wait for an answer calls `check` now and then; what that raises calls the question off."""
    before = _CHECK.set(check)
    try:
        yield
    finally:
        _CHECK.reset(before)


def still_wanted() -> None:
    """Raises what calls the question off, if nobody waits any more."""
    _CHECK.get()()
