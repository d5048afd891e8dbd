"""A field for a number as people type it.

A browser's own field for numbers loses what it does not expect: of whole numbers it takes 1e3 and 1.5 for 1, an empty
one for the least that is allowed, and where people write a decimal comma it drops that or the whole number.
"""

from collections.abc import Callable
from typing import Any

import streamlit as st

from components.frame.errors import show_error
from components.widgets.linked import MOST, LinkedChoices
from core.common.errors import UserError, shown
from core.common.numbers import as_typed, read_number

_LONGEST = 40  # characters of what is typed


def typed_number(
    linked: LinkedChoices,
    label: str,
    key: str,
    usual: float,
    least: float,
    most: float = MOST,
    *,
    whole: bool = False,
    **more: Any,
) -> float:
    """Draw the field of a number that the page's link holds; the number, as by `number_field`.

    A number that was good and is none any more, since its bounds moved, becomes the nearest that is.

    Args:
        linked: the choices of the page, which keep it in the link.
        key: in the session, where it is a text, and in the link.
        usual: the number at first, where a link has none that fits, and when the field is emptied.
        whole: whether fractions are refused.
        more: for `st.text_input`.
    """
    read = within(label, least, most, whole=whole)

    def fits(text: str) -> bool:
        try:
            read(text)
        except UserError:
            return False
        return True

    linked.text(key, as_typed(usual), _LONGEST, fits=fits)
    state, good = st.session_state, f"{key}_good"
    if good in state:
        nearest = as_typed(min(max(read_number(state[good]) or 0.0, least), most))
        if state[key] == state[good]:
            state[key] = nearest
        state[good] = nearest
    return number_field(label, key, usual, read, **more)


def number_field(label: str, key: str, usual: float, read: Callable[[str], float], **more: Any) -> float:
    """Draw the field; the number in it, written as it was understood, or the last good one beside a message.

    Args:
        key: in the session, where the text stands, or a number that was put there.
        usual: the number when the field is emptied, and where there was no good one.
        read: the number that a text is; raises a UserError where it is none that can be.
        more: for `st.text_input`.
    """
    state, good, wrong = st.session_state, f"{key}_good", None
    state[key] = _as_text(state[key])[:_LONGEST]
    try:
        state[key] = state[good] = as_typed(read(state[key].strip() or as_typed(usual)))
    except UserError as error:
        wrong = error
    st.text_input(label, key=key, max_chars=_LONGEST, persist_state="session", **more)
    kept = read_number(state.get(good, ""))
    number = usual if kept is None else kept
    if wrong is not None:
        show_error(UserError(f"{wrong} Until you type one it is {as_typed(number)}."))
    return number


def within(label: str, least: float, most: float = MOST, *, whole: bool = False) -> Callable[[str], float]:
    """Reads a number between two, both included; for `number_field`.

    >>> within("Rows", 1, whole=True)("1e3")
    1000.0
    """

    def read(text: str) -> float:
        number = read_number(text)
        if number is None or not least <= number <= most or (whole and number % 1):
            wanted = f"{'whole ' if whole else ''}number {_bounds(least, most)}"
            raise UserError(f"{label}: {shown(text)} is no {wanted}.")
        return number

    return read


def _as_text(value: object) -> str:
    return as_typed(value) if isinstance(value, int | float) and not isinstance(value, bool) else str(value)


def _bounds(least: float, most: float) -> str:
    return f"from {as_typed(least)} on" if most == MOST else f"from {as_typed(least)} to {as_typed(most)}"
