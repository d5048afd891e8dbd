"""How a page says what went wrong: one message for the person at the screen; a bug raises."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st

from core.common.errors import UserError


@contextmanager
def user_errors() -> Iterator[None]:
    """Show a `UserError` as one message and go on with the page; anything else is a bug and raises."""
    try:
        yield
    except UserError as error:
        show_error(error)


def show_error(error: UserError, about: str = "") -> None:
    """One message for the person at the screen, naming what it is about if that is not plain from the place."""
    st.error(plain(f"{about}: {error}" if about else str(error)), icon=":material/error:")


def plain(text: str) -> str:
    """Text for a Markdown widget that shows exactly its characters.

    >>> print(plain("*a* :red[b] <c> $d$"))
    \\*a\\* \\:red\\[b\\] \\<c\\> \\$d\\$
    """
    return "".join(f"\\{c}" if c in "\\`*_{}[]()<>#+-.!|:$~^" else c for c in text)
