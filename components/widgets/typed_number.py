"""A field for a number as people type it.

A browser's own field for numbers loses what it does not expect: of whole numbers it takes 1e3 and 1.5 for 1, an empty
one for the least that is allowed, and where people write a decimal comma it drops that or the whole number.
"""

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
    """Draw the field; the number in it, written as it was understood, or the last good one beside a message.

    A number that was good and is none any more, since its bounds moved, becomes the nearest that is.

    Args:
        linked: the choices of the page, which keep it in the link.
        key: in the session, where it is a text, and in the link.
        usual: the number at first, where a link has none that fits, and when the field is emptied.
        whole: whether fractions are refused.
        more: for `st.text_input`.
    """

    def fits(text: str) -> bool:
        number = read_number(text)
        return number is not None and least <= number <= most and not (whole and number % 1)

    state, good = st.session_state, f"{key}_good"
    linked.text(key, as_typed(usual), _LONGEST, fits=fits)
    if good in state:
        nearest = as_typed(min(max(read_number(state[good]) or 0.0, least), most))
        if state[key] == state[good]:
            state[key] = nearest
        state[good] = nearest
    typed = state[key].strip() or as_typed(usual)
    if fits(typed):
        state[key] = state[good] = as_typed(read_number(typed) or 0.0)
    st.text_input(label, key=key, max_chars=_LONGEST, persist_state="session", **more)
    number = read_number(state.get(good, "")) if good in state else None
    if number is None:
        number = usual
    if not fits(typed):
        wanted = f"{'whole ' if whole else ''}number {_bounds(least, most)}"
        show_error(UserError(f"{label}: {shown(typed)} is no {wanted}. Until you type one it is {as_typed(number)}."))
    return number


def _bounds(least: float, most: float) -> str:
    return f"from {as_typed(least)} on" if most == MOST else f"from {as_typed(least)} to {as_typed(most)}"
