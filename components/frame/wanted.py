"""A run of the script as whoever waits for an answer."""

from collections.abc import Iterator
from contextlib import contextmanager

from streamlit.runtime.scriptrunner import get_script_run_ctx

from components.frame.visitor import visitor
from core.common.sandbox.interest import while_wanted


@contextmanager
def wanted_by_visitor() -> Iterator[None]:
    """A block whose long waits end when a newer run of the script overtakes this one, or when its tab is closed.

    Around whole pages, and again around the fragments that ask for much: they rerun without the frame.
    """
    run = get_script_run_ctx()
    with while_wanted(run.yield_check if run else lambda: None, visitor().key):
        yield
