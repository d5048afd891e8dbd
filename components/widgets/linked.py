"""Choices of single views that a link holds, whichever view is drawn.

Streamlit takes what is bound to the address out of it as soon as its widget is gone. These choices are written by
`page_link` instead, like tokenizers and languages, and kept for the session.
"""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from math import nan
from typing import Any

import streamlit as st

from core.common.errors import UserError
from core.common.numbers import as_typed
from core.common.params import Param, Value

MOST = 2**53 - 1  # of numbers that a browser has


@dataclass(frozen=True)
class LinkedChoices:
    """Those of one page.

    Args:
        page: names them in the session.
    """

    page: str

    def option(self, key: str, options: Sequence[str]) -> None:
        """Give a choice its first value: the link's if it is among the options, else the first of them."""
        linked = st.query_params.get(key)
        self._start(key, linked if linked in options else None, options[0])

    def choice(
        self, label: str, options: Sequence[str] | Mapping[str, str], key: str, about: str | None = None, **more: Any
    ) -> str:
        """Draw the buttons of one; the option chosen.

        Args:
            label: over the buttons.
            options: the first is the usual one; where a mapping says what each is called, the link has its key.
            key: in the session and in the link.
            about: a hover away.
            more: for `st.segmented_control`.
        """
        named = _named(options)
        self.option(key, list(named))
        chosen = st.segmented_control(
            label, list(named), required=True, key=key, format_func=named.__getitem__, persist_state="session",
            help=about, **more,
        )  # fmt: skip
        return chosen or next(iter(named))

    def box(
        self, label: str, options: Sequence[str] | Mapping[str, str], key: str, about: str | None = None, **more: Any
    ) -> str:
        """Draw the list of one; the option chosen. The arguments are those of `choice`."""
        named = _named(options)
        self.option(key, list(named))
        chosen: str = st.selectbox(
            label, list(named), key=key, format_func=lambda one: named.get(one, one), persist_state="session",
            help=about, **more,
        )  # fmt: skip
        return chosen

    def several(
        self,
        label: str,
        options: Mapping[str, str],
        key: str,
        usual: Sequence[str],
        about: str | None = None,
        **more: Any,
    ) -> list[str]:
        """Draw the buttons of which any may be chosen; the options chosen.

        Args:
            label: over the buttons.
            options: what each is called, by what the link has.
            key: in the session and in the link.
            usual: those chosen at first.
            about: a hover away.
            more: for `st.pills`.
        """
        linked = st.query_params.get_all(key)
        self._start(key, [one for one in options if one in linked] or None, list(usual))
        return st.pills(
            label, list(options), selection_mode="multi", key=key, format_func=options.__getitem__,
            persist_state="session", help=about, **more,
        )  # fmt: skip

    def typed(
        self,
        label: str,
        offered: Sequence[str],
        key: str,
        usual: Sequence[str],
        most: int,
        about: str | None = None,
        **more: Any,
    ) -> list[str]:
        """Draw a list to which anything may be added; what stands in it, in order.

        Args:
            label: over the list.
            offered: what can be taken without typing.
            key: in the session and in the link.
            usual: what stands there at first.
            most: that it may hold.
            about: a hover away.
            more: for `st.multiselect`.
        """
        linked = st.query_params.get_all(key)  # of an empty list the link has one empty word
        self._start(key, [one for one in dict.fromkeys(linked) if one][:most] if linked else None, list(usual))
        return st.multiselect(
            label, list(dict.fromkeys([*offered, *st.session_state[key]])), key=key, accept_new_options=True,
            max_selections=most, persist_state="session", help=about, **more,
        )  # fmt: skip

    def number(self, key: str, usual: int | float, least: int | float, most: int | float = MOST) -> None:
        """Give a number its first value: the link's if it is one of the same kind and within bounds, else the usual."""
        try:
            linked = float(st.query_params.get(key, ""))
            number = type(usual)(linked)
        except (ValueError, OverflowError):
            linked = number = nan
        self._start(key, number if number == linked and least <= number <= most else None, usual)

    def text(
        self, key: str, usual: str, most: int, least: int = 1, fits: Callable[[str], bool] = lambda _: True
    ) -> None:
        """Give a text its first value: the link's if it has so many characters and fits, else the usual one."""
        linked = st.query_params.get(key)
        good = linked is not None and least <= len(linked) <= most and fits(linked)
        self._start(key, linked if good else None, usual)

    def param(self, key: str, param: Param) -> None:
        """Give a parameter its first value: the link's if it can have that, else its default; numbers as typed."""
        linked, good = st.query_params.get(key), None
        if linked is not None:
            with suppress(UserError):
                good = _in_field(param.read(linked))
        self._start(key, good, _in_field(param.default))

    def parameters(self) -> dict[str, list[str]]:
        """What the address says of the choices drawn so far; a usual one is not said."""
        usual = st.session_state.get(self._usual, {})
        return {key: _in_link(st.session_state.get(key, one), one) for key, one in usual.items()}

    @property
    def _usual(self) -> str:
        """In the session: usual value by key, of every choice that was drawn."""
        return f"{self.page}_linked"

    def _start(self, key: str, linked: object | None, usual: object) -> None:
        state = st.session_state
        state.setdefault(self._usual, {})[key] = usual
        if state.get(key) is None:
            state[key] = usual if linked is None else linked


def _named(options: Sequence[str] | Mapping[str, str]) -> Mapping[str, str]:
    return options if isinstance(options, Mapping) else {one: one for one in options}


def _in_field(value: Value) -> Value:
    return as_typed(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _in_link(value: object, usual: object) -> list[str]:
    """What the link has of a choice: nothing of a usual one."""
    if value == usual:
        return []
    return [f"{one}" for one in value] or [""] if isinstance(value, list) else [f"{value}"]
