"""Components whose JavaScript the browser fetches once; inline, all of it would travel with every key.

Their data travels as packed bytes, a fifth of its JSON. That also keeps Streamlit from asking whether a part of it is a
data frame, for which it imports pandas: a fifth of a second of what the first visitor waits for.
"""

import hashlib
import json
import zlib
from pathlib import Path
from typing import Any

import streamlit as st
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from components.frame.base_path import base_path

_LOADER = (Path(__file__).parent / "loader.js").read_text(encoding="utf-8")
_FOLDER = "vendor/components"
_A_YEAR = "public, max-age=31536000, immutable"  # the content's hash is in the address
_modules: dict[str, str] = {}


class ScriptedComponent:
    """A component of Streamlit that is called as any other.

    Made on import, and again under the same name when Streamlit reloads the module after an edit: the last counts.

    Args:
        name: unique among all components.
        js: an ES module; its default export draws, as Streamlit's guide has it.
        css: put before what it draws.
        html: what is there before it draws.
    """

    def __init__(self, name: str, *, js: str, css: str = "", html: str | None = None) -> None:
        self._name = name
        _modules[name] = f"{js}\nexport const css = {json.dumps(css)};\n"
        self._component = st.components.v2.component(name, html=html, js=_LOADER)

    @property
    def address(self) -> str:
        """Where this server has the script, as an absolute path that changes with its content."""
        return address_of(self._name)

    def __call__(self, *, key: str, data: object, seen: str = "", **callbacks: Any) -> Any:
        """Draw it, and give its state; the browser asks for `seen` once it stands on the page."""
        message = {"script": self.address, "data": data, **({"seen": seen} if seen else {})}
        return self._component(key=key, data=packed(message), **callbacks)


def packed(message: object) -> bytes:
    """A JSON document as loader.js unpacks it: zlib, at its quickest."""
    return zlib.compress(json.dumps(message, separators=(",", ":")).encode(), level=1)


def unpacked(sent: bytes) -> Any:
    """The document again.

    >>> unpacked(packed({"text": "\\ud800"}))
    {'text': '\\ud800'}
    """
    return json.loads(zlib.decompress(sent))


def address_of(name: str) -> str:
    """Where this server has the script of a component, as an absolute path; empty where there is no such component."""
    if name not in _modules:
        return ""
    version = hashlib.sha256(_modules[name].encode()).hexdigest()[:16]
    return f"{base_path()}/{_FOLDER}/{name}.js?v={version}"


def source_of(name: str) -> str:
    """The module of a component, its style sheet exported as `css`."""
    return _modules[name]


def script_routes() -> list[Route]:
    """What the server's entry adds to Streamlit's own routes."""
    return [Route(f"{base_path()}/{_FOLDER}/{{name}}.js", _module, methods=["GET"])]


async def _module(request: Request) -> Response:
    found = _modules.get(request.path_params["name"])
    if found is None:
        return Response("There is no such script.", status_code=404, media_type="text/plain")
    return Response(found, media_type="text/javascript", headers={"Cache-Control": _A_YEAR})
