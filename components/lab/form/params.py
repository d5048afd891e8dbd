"""Controls of a method's or a measure's parameters, as they declare themselves."""

from collections.abc import Sequence
from functools import partial

import streamlit as st

from components.frame.errors import show_error
from components.lab.form.state import named, param_key, usual
from components.widgets.linked import MOST
from components.widgets.typed_number import number_field
from core.common.errors import UnknownName, UserError
from core.common.numbers import read_number
from core.common.params import Param, Value


def param_controls(of: str, params: Sequence[Param]) -> dict[str, Value]:
    """The parameters that are not as by default."""
    found: dict[str, Value] = {}
    for param in params:
        at, label, default, help_text = param_key(of, param.key), param.label, param.default, param.about
        usual(at, default)
        value: Value
        if isinstance(default, int | float) and not isinstance(default, bool):
            value = type(default)(number_field(label, at, default, partial(_number, param), help=help_text, width=150))
        else:
            _read_in(at, param)
            if isinstance(default, bool):
                value = st.toggle(label, key=at, help=help_text, persist_state="session")
            elif param.choices:
                value = st.selectbox(label, param.choices, key=at, help=help_text, width=150, persist_state="session")
            else:
                value = st.text_input(label, key=at, help=help_text, width=150, persist_state="session")
        if value != default:
            found[param.key] = value
    return found


def say_unknown(of: str, params: Sequence[Param]) -> None:
    """A message for each name in a link that is no parameter here, and so is left away."""
    known = [param.key for param in params]
    for name in named(of):
        if name not in known:
            show_error(UnknownName(f"parameter of {of}", name, known))


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
