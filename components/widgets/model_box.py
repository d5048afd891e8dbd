"""A chooser of one language model: those that ship, a real one in a package, or any spec as it is typed."""

import streamlit as st

from components.widgets.linked import LinkedChoices
from components.widgets.pickers import short_name
from core.models.shipped import REAL_MODEL, REAL_MODEL_NAME, shipped

_LONGEST_SPEC = 1_000


def model_box(linked: LinkedChoices, key: str, usual: str = "", label: str = "Model") -> str:
    """What was chosen or typed; empty for neither.

    Args:
        linked: of the page.
        key: of the choice, in the session and in the link.
        usual: stands there at first; the first that ships if it is empty.
        label: over the box.
    """
    offered = [*(f"shipped:{name}" for name in shipped()), REAL_MODEL]
    linked.text(key, usual or offered[0], _LONGEST_SPEC)
    typed = st.session_state.get(key)
    chosen = st.selectbox(
        label,
        list(dict.fromkeys([*offered, *([typed] if typed else [])])),
        key=key,
        accept_new_options=True,
        format_func=_called,
        persist_state="session",
        help="shipped:NAME, hub:OWNER/NAME, pypi:NAME, or file: with the path of a folder or a .gguf file",
        width=300,
    )
    return chosen or ""


def _called(spec: str) -> str:
    return REAL_MODEL_NAME if spec == REAL_MODEL else short_name(spec)
