"""The first page that anybody sees goes before what can wait: while it is made, the process has one thread to give."""

import threading

_DRAWN = threading.Event()


def drawn() -> None:
    """A page was drawn to its end."""
    _DRAWN.set()


def wait() -> None:
    """Go on once a page was drawn."""
    _DRAWN.wait()
