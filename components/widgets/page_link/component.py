"""Keeps the page's address in step with text and tokenizers, and copies it.

Streamlit's own query parameters push a step into the browser's history at every change; typing would fill it. This
component replaces the address instead, so that Back leads to the page before.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

from components.frame.scripted_component import ScriptedComponent

_HERE = Path(__file__).parent
_component = ScriptedComponent(
    "token_atlas_page_link",
    html=(_HERE / "page_link.html").read_text(),
    css=(_HERE / "page_link.css").read_text(),
    js=(_HERE / "page_link.js").read_text(),
)


def page_link(parameters: Mapping[str, Sequence[str]], note: str = "", *, key: str) -> None:
    """Put each parameter with its values into the address, or take it out if it has none.

    `note` says what the link leaves out.
    """
    _component(key=key, data={"parameters": {name: list(v) for name, v in parameters.items()}, "note": note})
