"""How many tabs may be open on this server, each a session that holds memory: of one person, and of all together."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

from core.common.settings import settings


class OpenTabs:
    """The websockets that are open, by person; used from one event loop."""

    def __init__(self) -> None:
        self._open: Counter[str] = Counter()

    def refusal(self, person: str) -> str | None:
        """Why this person may open no further tab; None if they may.

        Raises:
            UserError: a setting cannot be understood.
        """
        allowed = settings()
        if self._open[person] >= allowed.tabs_each:
            return (
                f"You have {self._open[person]} tabs open here, the most that this server takes of one person "
                "(TOKEN_ATLAS_TABS_EACH). Close one, then load this page again."
            )
        if self._open.total() >= allowed.tabs_all:
            return (
                f"{self._open.total()} tabs are open here, the most that this server takes (TOKEN_ATLAS_TABS_ALL). "
                "Load this page again in some minutes."
            )
        return None

    @contextmanager
    def counted(self, person: str) -> Iterator[None]:
        """A block while which one more is open."""
        self._open[person] += 1
        try:
            yield
        finally:
            self._open[person] -= 1
            self._open += Counter()  # those without any go
