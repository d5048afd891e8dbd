"""Choosers of languages, which take a typed name, code or misspelling that no option is called by ("Tagalog", "jv")."""

from collections.abc import Sequence
from typing import Any

import streamlit as st

from components.frame.errors import plain, show_error
from core.common.errors import UnknownName
from core.text.language_search import find, iso_codes, near
from core.text.languages import flores_languages, language

_HELP = "Type any name, an own name or a code: Tagalog, Farsi, jv."


def language_box(label: str, codes: Sequence[str], *, key: str, usual: str, about: str = "", **more: Any) -> str:
    """One of the languages, at first the link's if it names one, else the usual one.

    Args:
        key: in the session and in the link.
        about: said before what can be typed, a hover away.
        more: for `st.selectbox`.
    """
    start_language(key, codes, usual)
    chosen: str = st.selectbox(
        label,
        in_order(codes),
        key=key,
        format_func=lambda code: language(code).label,
        help=f"{about} {_HELP}".strip(),
        accept_new_options=True,
        **more,
    )
    return chosen


def language_boxes(label: str, codes: Sequence[str], *, key: str, **more: Any) -> list[str]:
    """Any of the languages.

    Args:
        more: for `st.multiselect`; `format_func` too.
    """
    kept = st.session_state.get(key) or []
    meant = list(dict.fromkeys(code for typed in kept for code in _meant(typed, codes)))
    if meant != kept:
        st.session_state[key] = meant
    shown = {"format_func": lambda code: language(code).label} | more
    chosen: list[str] = st.multiselect(label, codes, key=key, accept_new_options=True, **shown)
    return chosen


def in_order(codes: Sequence[str]) -> list[str]:
    """Codes in the order of their labels."""
    return sorted(codes, key=lambda code: language(code).label)


def start_language(key: str, codes: Sequence[str], usual: str) -> None:
    """Put a code under the key: what is there or typed there, or the link's, else the usual; says what is unknown."""
    state, before = st.session_state, f"{key}_before"
    asked = state.get(key, st.query_params.get(key))
    meant = [asked] if asked in codes else []
    if asked and not meant:
        meant = _meant(asked, codes) if key in state else _linked(asked, codes)
    usual = usual if usual in codes else next((one for one in codes if _spoken(one) in iso_codes(usual)), codes[0])
    code = (meant or [state[before] if state.get(before) in codes else usual])[0]
    if state.get(key) != code:
        state[key] = code
    state[before] = code


def _spoken(code: str) -> str:
    return code.replace("-", "_").partition("_")[0].lower()


def _linked(asked: str, codes: Sequence[str]) -> list[str]:
    show_error(UnknownName("language in the text called", asked, codes, near(codes, asked)))
    return []


def _meant(typed: str, codes: Sequence[str]) -> list[str]:
    """The language that a text names, alone; none, and a message, if it names none."""
    if typed in codes:
        return [typed]
    if typed in flores_languages():  # chosen for another text
        return []
    found = find(codes, typed)[:1]
    if not found:
        st.toast(plain(str(UnknownName("language here called", typed, codes))), icon=":material/search_off:")
    return found
