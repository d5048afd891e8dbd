"""What a long command does now, on stderr, where a person watches."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from core.common.progress import listening

_WIDTH = 78


@contextmanager
def told() -> Iterator[None]:
    """Say how far the work inside has come, on one line that is rewritten; nothing if stderr is no terminal.

    Libraries that draw bars of their own are told not to.
    """
    with _quiet():
        if not sys.stderr.isatty():
            yield
            return
        try:
            with listening(_say):
                yield
        finally:
            print(f"\r{'':{_WIDTH}}\r", end="", file=sys.stderr, flush=True)


def _say(done: int, total: int, stage: str) -> None:
    share = f" {100 * done / total:.0f} %" if total else ""
    print(f"\r{stage[: _WIDTH - len(share)] + share:{_WIDTH}}", end="", file=sys.stderr, flush=True)


@contextmanager
def _quiet() -> Iterator[None]:
    from transformers.utils import logging

    library: Any = logging
    library.disable_progress_bar()
    library.set_verbosity_error()
    yield
