"""Controls of a method's or a measure's parameters, as they declare themselves."""

from collections.abc import Sequence

import streamlit as st

from components.cached_lab import Described
from components.lab.restore import param_key, usual
from core.lab.plan import Value


def param_controls(of: str, params: Sequence[Described]) -> dict[str, Value]:
    """The parameters that are not as by default."""
    found: dict[str, Value] = {}
    for key, label, default, help_text, low, high, choices in params:
        at = param_key(of, key)
        usual(at, default)
        value: Value
        if isinstance(default, bool):
            value = st.toggle(label, key=at, help=help_text, persist_state="session")
        elif choices:
            value = st.selectbox(label, choices, key=at, help=help_text, width=150, persist_state="session")
        elif isinstance(default, int):
            value = st.number_input(
                label, None if low is None else int(low), None if high is None else int(high), key=at, step=1,
                help=help_text, width=150, persist_state="session",
            )  # fmt: skip
        elif isinstance(default, float):
            value = st.number_input(
                label, None if low is None else float(low), None if high is None else float(high), key=at,
                help=help_text, width=150, format="%g", persist_state="session",
            )  # fmt: skip
        else:
            value = st.text_input(label, key=at, help=help_text, width=150, persist_state="session")
        if value != default:
            found[key] = value
    return found
