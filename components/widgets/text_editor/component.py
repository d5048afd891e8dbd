"""A text area that reports while it is typed in; Streamlit's own reports on blur or Ctrl+Enter only."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import streamlit as st

from components.frame.scripted_component import ScriptedComponent
from core.common.numbers import THIN

HERE = Path(__file__).parent

_COMPONENT = ScriptedComponent(
    "token_atlas_text_editor",
    css=(HERE / "text_editor.css").read_text(encoding="utf-8"),
    js="\n".join((HERE / name).read_text(encoding="utf-8") for name in ("kept_text.js", "text_editor.js")),
)


def text_editor(
    key: str,
    value: str,
    *,
    version: int | str,
    label: str,
    placeholder: str = "",
    max_chars: int = 1_000_000,
    height: int = 120,
    show_label: bool = True,
) -> str:
    """The text in the editor now; each rerun that typing causes gives the newest.

    Args:
        key: names the editor and its state.
        value: the text that Python puts there, taken over only when `version` differs from the last one seen.
        version: changes when a sample is chosen or a link is restored, and never otherwise: caret and focus are kept.
        label: names the editor to everyone, and where `show_label` is false to screen readers only.
        placeholder: shown while the editor is empty.
        max_chars: longer texts are not sent; the editor says so, and the last sent text is returned.
        height: of the editor, px.

    Returns:
        The text, with its line ends as they came in: the browser's text area knows none but the newline, so the
        editor keeps the text itself beside it. It may hold lone surrogates, which a browser allows: the editor reports
        them, and they arrive here unchanged.
    """
    text = reported(key, value, version)
    result = _COMPONENT(
        key=key,
        data={
            "value": text,
            "version": str(version),
            "label": label,
            "placeholder": placeholder,
            "max_chars": max_chars,
            "height": height,
            "show_label": show_label,
            "thin": THIN,
        },
        on_text_change=lambda: None,
    )
    return _current(result, value, version)


def reported(key: str, value: str, version: int | str) -> str:
    """The text that the editor `key` sent last for this version, or `value` where it has sent none yet."""
    return _current(st.session_state.get(key), value, version)


def _current(state: Any, value: str, version: int | str) -> str:
    """The text the browser sent for this version, or `value` where it has sent none yet."""
    sent = state.get("text") if hasattr(state, "get") else None
    if isinstance(sent, dict) and sent.get("version") == str(version) and isinstance(sent.get("text"), str):
        return str(sent["text"])
    return value
