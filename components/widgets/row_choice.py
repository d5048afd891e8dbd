"""A chooser among the tokenizers on the page, for tools and views that look at one."""

from collections.abc import Sequence
from typing import Protocol, TypeVar

import streamlit as st


class _Named(Protocol):
    """What stands on a page for one tokenizer."""

    @property
    def spec(self) -> str: ...

    @property
    def label(self) -> str: ...


AnyRow = TypeVar("AnyRow", bound=_Named)


def choose_row(rows: Sequence[AnyRow], key: str, *, label: str = "Tokenizer", width: int = 320) -> AnyRow:
    """The row that the user chose, at first the first; it stays chosen when it gets another name.

    Args:
        rows: at least one.
        key: of the choice, in the session.
    """
    by_spec = {row.spec: row for row in rows}
    names = {row.spec: row.label for row in rows}
    _keep(key, names)
    spec = st.selectbox(label, list(by_spec), key=key, format_func=names.__getitem__, width=width)
    return by_spec[spec]


def _keep(key: str, names: dict[str, str]) -> None:
    """Choose again what was chosen: the browser knows it by its name of then."""
    drawn: dict[str, str] = st.session_state.get(f"{key}_names", {})
    chosen = st.session_state.get(key)
    spec = next((spec for spec in names if chosen in (spec, drawn.get(spec))), None)
    if spec is None:
        st.session_state.pop(key, None)
    elif spec != chosen or drawn.get(spec, names[spec]) != names[spec]:
        st.session_state[key] = spec
    st.session_state[f"{key}_names"] = names
