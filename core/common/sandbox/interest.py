"""Who waits for an answer, and whether they still do: what a process works on ends with the tab that asked for it."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar


def _nothing() -> None:
    pass


_CHECK: ContextVar[Callable[[], None]] = ContextVar("check", default=_nothing)
_WHO: ContextVar[str] = ContextVar("who", default="")


@contextmanager
def while_wanted(check: Callable[[], None], who: str = "") -> Iterator[None]:
    """A block in which every wait for an answer calls `check` now and then; what that raises calls the question off.

    Args:
        who: asks, as `core.jobs.owner` names them; empty where nobody else could.
    """
    before, asked = _CHECK.set(check), _WHO.set(who)
    try:
        yield
    finally:
        _CHECK.reset(before)
        _WHO.reset(asked)


def who_asks() -> str:
    """Whoever waits for what this thread does; empty where nobody else could."""
    return _WHO.get()


def still_wanted() -> None:
    """Raises what calls the question off, if nobody waits any more."""
    _CHECK.get()()
