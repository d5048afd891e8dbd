"""What a widget shows at first, where its value may also be set by a click elsewhere."""

from typing import TypeVar

from streamlit.runtime.state import get_session_state

Value = TypeVar("Value")


def at_first(key: str, value: Value) -> Value | None:
    """The default of a widget, or None in the run in which something else has just set the value under its key.

    Streamlit takes one of the two and logs a warning, with the stack, for both.
    """
    return None if get_session_state().is_new_state_value(key) else value
