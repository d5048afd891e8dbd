"""Who gets what from the server, asked of every request before anything else happens.

`/_stcore/health` is open. For everything else the request must name this server, and an act must come from its own
pages. Where a proxy says who is there, or no login is configured though one is demanded, whoever may not come in gets
one page that says why and nothing else. Where one logs in by Streamlit, its page and its websocket carry the login and
stay open; uploads, files and metrics do not.
"""

import re
from html import escape

from starlette.requests import HTTPConnection
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send
from starlette.websockets import WebSocket

from components.frame.admission import LOGGED_IN, named, refusal
from components.frame.base_path import base_path
from components.frame.claims import claims_of
from components.frame.hosts import host_refusal, origin_refusal
from components.frame.open_tabs import OpenTabs
from components.frame.upload_limits import TooMuchUploaded, UploadLimits
from components.frame.visits import COOKIE
from core.common.errors import UserError
from core.common.settings import settings

_UPLOAD = re.compile(r"/_stcore/upload_file/([^/]*)")
_CLOSED = re.compile(r"/(?:_stcore/(?:upload_file|metrics|agent)|media)(?:/|$)")
_READING = {"GET", "HEAD", "OPTIONS"}
_PAGE = """<!DOCTYPE html><html lang="en"><meta charset="utf-8"><title>Token Atlas</title>
<body style="font-family:sans-serif;max-width:28rem;margin:15vh auto;padding:0 1rem;line-height:1.5">
<h1>Token Atlas</h1><p>{}</p></body></html>"""


class Doors:
    """ASGI middleware that refuses what is not for whoever asks."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app
        self._limits, self._tabs = UploadLimits(), OpenTabs()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, or answer why not."""
        if scope["type"] not in ("http", "websocket") or scope["path"] == f"{base_path()}/_stcore/health":
            await self.app(scope, receive, send)
            return
        request = HTTPConnection(scope)
        try:
            why = _refused(request)
            full = self._tabs.refusal(_person(request)) if why is None and _opens_a_tab(request) else None
        except UserError as error:  # a setting that cannot be understood lets nobody in
            why, full = str(error), None
        if why is not None or full is not None:
            await _refuse(full or why or "Log in first.", 503 if full else 403, scope, receive, send)
        elif scope["type"] == "websocket":
            with self._tabs.counted(_person(request)):
                await self.app(scope, receive, send)
        elif scope["method"] == "PUT" and (upload := _UPLOAD.search(scope["path"])):
            await self._upload(upload[1], request, receive, send)
        else:
            await self.app(scope, receive, send)

    async def _upload(self, session: str, request: HTTPConnection, receive: Receive, send: Send) -> None:
        """Take an upload in, or stop reading where it goes over a limit."""
        begun = False

        async def answer(message: Message) -> None:
            nonlocal begun
            begun = True
            await send(message)

        try:
            with self._limits.counted(session, _person(request), receive) as counted:
                await self.app(request.scope, counted, answer)
        except TooMuchUploaded as error:
            if not begun:
                await _refuse(str(error), 413, request.scope, receive, send)


def _refused(request: HTTPConnection) -> str | None:
    """Why a request is not answered, empty if its visitor has to log in first; None if it is."""
    path, headers = request.scope["path"], request.headers
    host = headers.get("host", "")
    acts = request.scope["type"] == "websocket" or request.scope["method"] not in _READING
    why = host_refusal(host) or (origin_refusal(headers.get("origin"), host) if acts else None)
    if why is not None:
        return why
    claims = claims_of(request)
    logs_in_here = LOGGED_IN in claims and not settings().user_header
    if not logs_in_here or _CLOSED.search(path):
        why = refusal(headers, claims)
    if why is None and _UPLOAD.search(path) and not settings().uploads:
        return "This server takes no uploads (TOKEN_ATLAS_UPLOADS=off)."
    return why


def _opens_a_tab(request: HTTPConnection) -> bool:
    return request.scope["type"] == "websocket" or "text/html" in request.headers.get("accept", "")


def _person(request: HTTPConnection) -> str:
    """What somebody's uploads and tabs are counted by: their login, their browser's cookie, or where they come from."""
    who = named(request.headers, claims_of(request))
    return who.key if who else request.cookies.get(COOKIE) or (request.client.host if request.client else "")


async def _refuse(why: str, status: int, scope: Scope, receive: Receive, send: Send) -> None:
    if scope["type"] == "websocket":
        await WebSocket(scope, receive, send).close(1008, why[:120])
        return
    answer: Response = PlainTextResponse(why, status)
    if "text/html" in HTTPConnection(scope).headers.get("accept", ""):
        answer = HTMLResponse(_PAGE.format(escape(why)), status)
    await answer(scope, receive, send)
