"""What a page draws with first, named to the browser before Streamlit's own scripts find out that they need it.

By itself a browser asks for the parts of Streamlit that draw a widget once the server has said that there is one, and
for the script of a component once its part is there: three rounds that begin when the tokens have already arrived. The
part that draws charts has 4.7 MB, for which the first picture of Premium would wait; the one that draws tables has
1.6 MB with what it imports.
"""

import re
from functools import cache
from pathlib import Path

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from components.frame.base_path import base_path
from components.frame.scripted_component import address_of

PARTS = {  # Streamlit's names for them, by page; after a question mark, what its link has to say besides
    "": ("BidiComponent", "Html", "Multiselect", "Button", "ButtonGroup", "Selectbox"),
    "premium": ("PlotlyChart", "Html", "Selectbox", "TextInput", "Button", "ButtonGroup"),
    "vocabulary?vocabulary=browser": (
        "DataFrame", "BidiComponent", "Html", "Multiselect", "Button", "ButtonGroup", "Selectbox", "TextInput",
    ),
}  # fmt: skip
_STATIC = Path(st.__file__).parent / "static"
_SCRIPTS = _STATIC / "static" / "js"
_IMPORTED = re.compile(r'(?:from|import)\s*"\./([\w.-]+\.js)"')
_NAMED = re.compile(r"static/js/([\w.-]+\.js)")


class Ahead:
    """ASGI middleware that adds a `Link` header to the pages of `PARTS`.

    Args:
        app: what answers.
        components: names of those that the opening page draws with; one that is not imported yet is left out.
    """

    def __init__(self, app: ASGIApp, components: tuple[str, ...]) -> None:
        self.app, self._components = app, components

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and add to how the answer begins."""

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    headers["link"] = self._link(page or "")
            await send(message)

        page = _page(scope) if scope["type"] == "http" else None
        await self.app(scope, receive, answer if page is not None else send)

    def _link(self, page: str) -> str:
        """Its value; what Streamlit's page names itself, and all else depends on, goes before."""
        addresses = [f"{base_path()}/static/js/{name}" for name in scripts(page)]
        addresses += filter(None, map(address_of, self._components if not page else ()))
        return ", ".join(f"<{address}>; rel=modulepreload; fetchpriority=low" for address in addresses)


def _page(scope: Scope) -> str | None:
    """Which of `PARTS` is asked for; None for none of them."""
    path = scope["path"].removeprefix(base_path()).strip("/")
    said = scope["query_string"].decode(errors="replace").split("&")
    for page in PARTS:
        wanted, _, besides = page.partition("?")
        if path == wanted and (not besides or besides in said):
            return page
    return None


@cache
def scripts(page: str) -> tuple[str, ...]:
    """File names of a page's parts of Streamlit and of what they import, but for what Streamlit names itself.

    >>> any(name.startswith("BidiComponent.") for name in scripts(""))
    True
    """
    found = dict.fromkeys(_NAMED.findall((_STATIC / "index.html").read_text(encoding="utf-8")))
    n_named = len(found)
    for part in PARTS[page]:
        for file in _SCRIPTS.glob(f"{part}.*.js"):
            _add(file.name, found)
    return tuple(found)[n_named:]


def _add(name: str, found: dict[str, None]) -> None:
    """A script and what it imports, however far."""
    if name not in found:
        found[name] = None
        for imported in _IMPORTED.findall((_SCRIPTS / name).read_text(encoding="utf-8")):
            _add(imported, found)
