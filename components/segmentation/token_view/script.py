"""The token view's JavaScript as one script, made of the plain files beside this one without a build step.

A component's inline script travels with every rerun; 80 kB of it at every key. So the browser is sent a loader of a few
lines, which fetches the rest from this server, once: its address changes with its content.
"""

import hashlib
import json
from functools import cache
from pathlib import Path

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from components.frame.base_path import base_path

HERE = Path(__file__).parent
SCRIPTS = (
    "data.js",
    "geometry.js",
    "ids.js",
    "paint.js",
    "arrange.js",
    "lane_menu.js",
    "find.js",
    "selection.js",
    "interact.js",
    "export.js",
    "main.js",
)  # one scope; order matters only for constants
_ADDRESS = "vendor/token_view.js"
_A_YEAR = "public, max-age=31536000, immutable"  # the content's hash is in the address


@cache
def library() -> str:
    """The function `tokenAtlasView`, which returns the entry points; the HTML export embeds its source."""
    css = json.dumps((HERE / "token_view.css").read_text(encoding="utf-8"))
    parts = [(HERE / name).read_text(encoding="utf-8") for name in SCRIPTS]
    return "\n".join(
        [
            "function tokenAtlasView() {",
            '"use strict";',
            f"const TOKEN_VIEW_CSS = {css};",
            *parts,
            "return { mountTokenView, streamlitMount };",
            "}",
        ]
    )


def address() -> str:
    """Where this server has the script, as an absolute path."""
    return f"{base_path()}/{_ADDRESS}?v={_version()}"


def token_view_routes() -> list[Route]:
    """What the server's entry adds to Streamlit's own routes."""
    return [Route(f"{base_path()}/{_ADDRESS}", _module, methods=["GET"])]


@cache
def _version() -> str:
    return hashlib.sha256(library().encode()).hexdigest()[:16]


async def _module(request: Request) -> Response:
    content = library() + "\nexport const { streamlitMount } = tokenAtlasView();\n"
    return Response(content, media_type="text/javascript", headers={"Cache-Control": _A_YEAR})
