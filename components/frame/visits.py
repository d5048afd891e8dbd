"""What happens between browser and server before a page runs: a cookie by which a browser is known again, and the way
back, after logging in, to the page that was asked for."""

from urllib.parse import quote, unquote
from uuid import uuid4

from starlette.datastructures import MutableHeaders
from starlette.requests import Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from components.frame.base_path import base_path

COOKIE = "token_atlas_browser"
_WANTED = "token_atlas_wanted"
_LOGGED_IN = "_streamlit_user"
_YEAR = 365 * 86_400
_TEN_MINUTES = 600
_MOST = 3_000  # characters of an address; browsers keep 4,096 bytes in a cookie


class Visits:
    """ASGI middleware; it touches the headers of pages and of the login's last step, and nothing else."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass the request on, and look at how the answer begins."""
        if scope["type"] != "http" or scope["method"] != "GET":
            await self.app(scope, receive, send)
            return
        request = Request(scope)

        async def answer(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    _page(request, headers)
                elif request.url.path.endswith("/oauth2callback"):
                    _logged_in(request, headers)
            await send(message)

        await self.app(scope, receive, answer)


def _page(request: Request, headers: MutableHeaders) -> None:
    """Name the browser if it has no name yet, and note the address that somebody asks for who has yet to log in."""
    if COOKIE not in request.cookies:
        _set(request, headers, COOKIE, uuid4().hex, _YEAR)
    address = request.url.path + (f"?{request.url.query}" if request.url.query else "")
    if _LOGGED_IN not in request.cookies and len(address) < _MOST:
        _set(request, headers, _WANTED, quote(address), _TEN_MINUTES)


def _logged_in(request: Request, headers: MutableHeaders) -> None:
    """Send whoever has just logged in to the page they asked for; only to an address of this server."""
    wanted = unquote(request.cookies.get(_WANTED, ""))
    granted = any(cookie.startswith(f"{_LOGGED_IN}=") for cookie in headers.getlist("set-cookie"))
    if granted and wanted.startswith(_path()) and not wanted.startswith("//") and "\\" not in wanted:
        headers["location"] = quote(wanted, safe="/?&=%+:,;@!$'()*~-._")
        _set(request, headers, _WANTED, "", 0)


def _set(request: Request, headers: MutableHeaders, name: str, value: str, seconds: int) -> None:
    secure = "; Secure" if request.headers.get("x-forwarded-proto", request.url.scheme) == "https" else ""
    headers.append("set-cookie", f"{name}={value}; Path={_path()}; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")


def _path() -> str:
    """Where this app begins on its host."""
    return base_path() or "/"
