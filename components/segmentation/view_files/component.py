"""Buttons that save the token view of the page; the browser draws the files from what stands there."""

from pathlib import Path

from components.frame.scripted_component import ScriptedComponent

_HERE = Path(__file__).parent
_COMPONENT = ScriptedComponent(
    "token_atlas_view_files",
    html=(_HERE / "view_files.html").read_text(encoding="utf-8"),
    css=(_HERE / "view_files.css").read_text(encoding="utf-8"),
    js=(_HERE / "view_files.js").read_text(encoding="utf-8"),
)


def view_files(view: str, *, key: str) -> None:
    """Draw the buttons.

    Args:
        view: the key of a `token_view` on the page.
    """
    _COMPONENT(key=key, data={"view": view})
