"""The control of a parameter, as the parameter declares itself."""

from functools import partial

import streamlit as st

from components.frame.errors import show_error
from components.widgets.linked import MOST
from components.widgets.typed_number import number_field
from core.common.errors import UserError
from core.common.numbers import read_number
from core.common.params import Param, Value

_WIDTH, _WIDE = 150, 300


def param_control(param: Param, at: str) -> Value:
    """Draw a field, a list or a switch; its value, or beside a message the last good one.

    Args:
        at: in the session, where the value stands, or whatever a link put there.
    """
    label, default, about = param.label, param.default, param.about
    if isinstance(default, int | float) and not isinstance(default, bool):
        return type(default)(number_field(label, at, default, partial(_number, param), help=about, width=_WIDTH))
    _read_in(at, param)
    value: Value
    if isinstance(default, bool):
        value = st.toggle(label, key=at, help=about, persist_state="session")
    elif param.choices:
        value = st.selectbox(label, param.choices, key=at, help=about, width=_WIDTH, persist_state="session")
    elif param.lines:
        value = st.text_area(label, key=at, help=about, width=_WIDE, height=100, persist_state="session")
    else:
        value = st.text_input(label, key=at, help=about, width=_WIDTH, persist_state="session")
    return value


def _read_in(at: str, param: Param) -> None:
    """What a link put there, in the type of its control; the default, with a message, where it cannot be."""
    try:
        st.session_state[at] = param.read(st.session_state[at])
    except UserError as error:
        show_error(error)
        st.session_state[at] = param.default


def _number(param: Param, text: str) -> float:
    """The number of a parameter that was typed.

    Raises:
        UserError: it cannot have that.
    """
    number = read_number(text)
    return float(param.read(text if number is None or abs(number) > MOST else number))
