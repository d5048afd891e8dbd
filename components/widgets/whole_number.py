"""A field for a whole number that the link may hold."""

import streamlit as st


def whole_number(label: str, value: int | None, *, key: str, **more: object) -> int | None:
    """A whole number from 1 on, bound to the parameter `key` of the link; None while the field is empty.

    It is a field for fractions without any: a link's `inf` ends a run that asks Streamlit for whole numbers.
    """
    begin = None if value is None else float(value)
    found = st.number_input(label, 1.0, value=begin, step=1.0, format="%.0f", key=key, bind="query-params", **more)  # type: ignore[call-overload]
    return None if found is None else round(found)
