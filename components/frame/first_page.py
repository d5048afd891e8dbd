"""The first page that anybody sees goes before what can wait: while it is made, the process has one thread to give."""

import threading
import time

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from components.frame.base_path import base_path

LONGEST = 1.5  # seconds that what can wait is kept back for a browser that does not say what it has drawn
SENDING = 0.02  # seconds in which the server's loop sends what stands on a page; it looks every 10 ms
_PATH = "vendor/seen"
_SEEN, _DRAWN = threading.Event(), threading.Event()
_SEEN.set()  # where no server has begun, as in a test, nobody is waited for


def begin() -> None:
    """A server has begun: its first page is yet to be seen."""
    _SEEN.clear()


def address() -> str:
    """What a browser asks for once the first page's main part stands on it; empty after that."""
    return "" if _SEEN.is_set() else f"{base_path()}/{_PATH}"


def give_way() -> None:
    """Wait until the first page's main part has been seen, so that what follows does not take the processor from it."""
    _SEEN.wait(LONGEST)
    _SEEN.set()


def let_go() -> None:
    """Let what stands on the page so far leave for the browser before what follows takes the processor from it."""
    time.sleep(SENDING)


def drawn() -> None:
    """A page was drawn to its end."""
    _DRAWN.set()


def wait() -> None:
    """Go on once a page was drawn."""
    _DRAWN.wait()


def seen_routes() -> list[Route]:
    """What the server's entry adds to Streamlit's own routes."""
    return [Route(f"{base_path()}/{_PATH}", _seen, methods=["GET"])]


async def _seen(request: Request) -> Response:
    _SEEN.set()
    return Response(status_code=204)
