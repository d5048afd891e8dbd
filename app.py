"""The server's entry: an ASGI app that runs the frame.

An ASGI entry rather than the frame itself, because Streamlit takes a folder named `pages` beside a main script for its
old automatic navigation: the first deep link after a server start would then open a page without its frame.
"""

import sys
import threading
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path

import streamlit as st
from starlette.middleware import Middleware

from components.frame import first_page
from components.frame.ahead import Ahead
from components.frame.answers_at_once import answer_at_once
from components.frame.doors import Doors
from components.frame.left_behind import forget_what_was_left
from components.frame.protection import Protection
from components.frame.scripted_component import script_routes
from components.frame.upload_limits import follow_settings
from components.frame.vendor import vendor_routes
from components.frame.visits import Visits
from components.segmentation.drawn_first import DRAWN_FIRST, make_them
from core.common.garbage import all_stays, collect_beside
from core.common.sandbox.confine import unreadable_by_others
from core.tokenizers.serving import serve


def _warm() -> None:
    """Import what the first visitor sees while their browser is fetching the page; open the rest once it is drawn."""
    try:
        with all_stays(), _giving_way():
            _import_what_is_seen_first()
        first_page.wait()
        with all_stays(), _giving_way():
            _open_what_the_first_key_asks()
    finally:
        collect_beside()


@contextmanager
def _giving_way() -> Iterator[None]:
    """A block in which other threads get their turn after half a millisecond instead of five.

    A browser asks for some sixty files before it asks for the page, each of several turns.
    """
    usual = sys.getswitchinterval()
    sys.setswitchinterval(0.0005)
    try:
        yield
    finally:
        sys.setswitchinterval(usual)


def _import_what_is_seen_first() -> None:
    make_them()  # before a browser asks for the page, with which they are named
    import components.segmentation.live_segmentation  # noqa: F401  all else that the page imports
    from components.cached import tokenizers as cached
    from core.text.samples import opening_text, samples
    from core.tokenizers.opening.shipped import opening_cuts
    from core.tokenizers.well_known import availability, well_known

    for model in well_known():
        availability(model)  # imports what the list of models asks
    for spec in opening_cuts():
        cached.numbers(spec, opening_text(), False, False)  # imports the metrics
    samples()


def _open_what_the_first_key_asks() -> None:
    from components.cached import tokenizers as cached
    from core.tokenizers.opening.shipped import OPENING

    for spec in OPENING:
        cached.tokenizer(spec)


@asynccontextmanager
async def _lifespan(app: st.App) -> AsyncIterator[None]:
    unreadable_by_others()  # it holds the Hub's token, the login's secrets and what visitors brought
    answer_at_once()
    first_page.begin()
    threading.Thread(target=_warm, name="warm-up", daemon=True).start()
    yield


serve()
follow_settings()
forget_what_was_left()
app = st.App(
    Path(__file__).parent / "components" / "frame" / "frame.py",
    lifespan=_lifespan,
    routes=[*vendor_routes(), *script_routes(), *first_page.seen_routes()],
    middleware=[
        Middleware(Protection),
        Middleware(Ahead, components=tuple(DRAWN_FIRST)),
        Middleware(Doors),
        Middleware(Visits),
    ],
)

if __name__ == "__main__":
    app.run()
