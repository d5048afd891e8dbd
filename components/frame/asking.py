"""What a page works on ends with the tab that asked for it: each run of a page, and of a part of it, says who waits."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import wraps
from typing import ParamSpec

import streamlit as st
from streamlit.runtime.scriptrunner import get_script_run_ctx

from components.frame.visitor import visitor
from core.common.sandbox.interest import while_wanted

P = ParamSpec("P")


def asking() -> AbstractContextManager[None]:
    """A block whose questions to processes end when this run of the script does."""
    run = get_script_run_ctx()
    return while_wanted(run.yield_check if run else lambda: None, visitor().key)


def fragment(draw: Callable[P, None], *, run_every: str | None = None) -> Callable[P, None]:
    """A part of a page that runs again alone, asking as the whole page does.

    Args:
        run_every: such as "1s"; None for only when something in it changes.
    """

    @wraps(draw)
    def asked(*args: P.args, **kwargs: P.kwargs) -> None:
        with asking():
            draw(*args, **kwargs)

    return st.fragment(asked, run_every=run_every)
