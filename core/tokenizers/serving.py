"""A server holds answers of strangers' tokenizers, never the tokenizers: said at its start, asserted at an opening."""

from threading import Event

_SERVING = Event()


def serve() -> None:
    """From here on this process shows pages to many, and opens no tokenizer that came from anywhere."""
    _SERVING.set()


def serving() -> bool:
    """Is this the process of a server?"""
    return _SERVING.is_set()


def assert_not_serving(what: str) -> None:
    """Do nothing in the process of a job, of a command, or of one tokenizer.

    Raises:
        AssertionError: this is a server: ask a process of its own instead; a bug of ours, whatever a visitor sent.
    """
    assert not serving(), f"a server does not open {what} in its own process"
