"""What browsers are told to hold back, on every answer of the server."""

import base64
import hashlib
import re
from functools import cache
from pathlib import Path

import streamlit as st
from starlette.datastructures import MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from components.frame.into_sight import SCRIPT

_INDEX = Path(st.__file__).parent / "static" / "index.html"


class Protection:
    """ASGI middleware around all others: it adds headers to each answer, refusals and files included."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and add to how the answer begins."""

        async def answer(message: Message) -> None:
            if message["type"] in ("http.response.start", "websocket.http.response.start"):
                headers = MutableHeaders(scope=message)
                for name, value in protecting_headers().items():
                    headers[name] = value
            await send(message)

        await self.app(scope, receive, answer)


@cache
def protecting_headers() -> dict[str, str]:
    """Headers by name."""
    directives = {
        "default-src": "'self'",
        # Components arrive as text and are imported from a blob; inline there is what is listed by its hash, no more.
        "script-src": " ".join(["'self'", "blob:", *map(_hash, [*_scripts_of_streamlit(), SCRIPT])]),
        "connect-src": "'self' data: blob:",  # what a script made is read back: the PNG of a chart
        "style-src": "'self' 'unsafe-inline'",  # Streamlit and plotly write styles as they draw
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "media-src": "'self' data: blob:",
        "worker-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": "'self'",
    }
    return {
        "Content-Security-Policy": "; ".join(f"{name} {sources}" for name, sources in directives.items()),
        "X-Content-Type-Options": "nosniff",
        "Referrer-Policy": "same-origin",  # a link may carry a text
    }


def _scripts_of_streamlit() -> list[str]:
    """The scripts that stand inline in Streamlit's page."""
    return re.findall(r"<script>(.*?)</script>", _INDEX.read_text(encoding="utf-8"), re.DOTALL)


def _hash(script: str) -> str:
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return f"'sha256-{digest}'"
