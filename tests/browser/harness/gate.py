"""A gate that one session shuts and opens, and at which the scripts of all others wait: slowness without a clock."""

import threading

PATIENCE = 240  # seconds; only so that nothing hangs for ever
_OPEN = threading.Event()
_OPEN.set()


def put(word: str) -> None:
    """Shut the gate, or open it with any other word."""
    if word == "shut":
        _OPEN.clear()
    else:
        _OPEN.set()


def pass_through() -> None:
    """Wait until the gate is open."""
    _OPEN.wait(PATIENCE)
