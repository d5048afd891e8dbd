"""What the first visitor of a server waits for: small answers go out at once, and what can wait does."""

import re
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import streamlit as st
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.testclient import TestClient

from components.frame import first_page
from components.frame.ahead import PARTS, Ahead, scripts
from components.frame.answers_at_once import answer_at_once
from components.frame.scripted_component import address_of, script_routes
from components.segmentation.drawn_first import DRAWN_FIRST, make_them
from core.common.data_folders import ROOT

STATIC = Path(st.__file__).parent / "static"


@pytest.fixture
def server_begun() -> Iterator[None]:
    first_page.begin()
    yield
    first_page.give_way()


def test_connections_that_are_accepted_keep_nothing_back() -> None:
    with socket.socket() as listening, socket.socket() as browser:  # made as Streamlit makes its own
        listening.bind(("127.0.0.1", 0))
        listening.listen()
        answer_at_once()
        browser.connect(listening.getsockname())
        accepted, _ = listening.accept()
        with accepted:
            assert accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) == 1


async def _page(request: Request) -> Response:
    return HTMLResponse("<!doctype html>")


async def _text(request: Request) -> Response:
    return PlainTextResponse("ok")


def asked(asked_for: str, components: tuple[str, ...] = ()) -> str:
    """The `Link` header of an answer; "/_stcore/health" is no page."""
    pages = ("/", "/premium", "/vocabulary", "/runs")
    routes = [*(Route(path, _page) for path in pages), Route("/_stcore/health", _text)]
    site = Starlette(routes=routes, middleware=[Middleware(Ahead, components=components)])
    return str(TestClient(site).get(asked_for).headers.get("link", ""))


@pytest.mark.parametrize("page", PARTS)
def test_a_page_names_what_it_is_drawn_with(page: str) -> None:
    link = asked(f"/{page}", tuple(DRAWN_FIRST))
    assert page == "" or ("PlotlyChart." in link) == (page == "premium")
    for part in PARTS[page]:
        assert re.search(rf"</static/js/{part}\.[\w-]+\.js>; rel=modulepreload", link), part
    named_by_streamlit = (STATIC / "index.html").read_text(encoding="utf-8")
    for address in re.findall(r"<(/static.*?)>", link):
        assert (STATIC / address.removeprefix("/")).is_file()
        assert address not in named_by_streamlit


def test_a_view_names_its_table_only_where_the_link_asks_for_that_view() -> None:
    assert "DataFrame." in asked("/vocabulary?tokenizers=builtin:words&vocabulary=browser&entry=5")
    assert asked("/vocabulary?vocabulary=health") == asked("/vocabulary?find_entry=vocabulary%3Dbrowser") == ""


@pytest.mark.parametrize("path", ["/runs", "/vocabulary", "/_stcore/health"])
def test_nothing_else_names_it(path: str) -> None:
    assert asked(path) == ""


@pytest.mark.parametrize("page", PARTS)
def test_every_import_of_what_is_named_is_named_too(page: str) -> None:
    known = {
        *scripts(page),
        *re.findall(r"static/js/([\w.-]+\.js)", (STATIC / "index.html").read_text(encoding="utf-8")),
    }
    for name in scripts(page):
        source = (STATIC / "static" / "js" / name).read_text(encoding="utf-8")
        assert set(re.findall(r'from"\./([\w.-]+\.js)"', source)) <= known, name


def test_the_components_of_the_opening_are_named_by_the_address_that_they_are_fetched_from() -> None:
    make_them()
    addresses = [address_of(name) for name in DRAWN_FIRST]
    link = asked("/", tuple(DRAWN_FIRST))
    for address in addresses:
        assert f"<{address}>; rel=modulepreload" in link
        assert TestClient(Starlette(routes=script_routes())).get(address).headers["content-type"].startswith("text/jav")


def test_a_component_that_is_not_there_yet_is_left_out() -> None:
    assert address_of("nobody") == ""
    assert asked("/", ("nobody",)) == asked("/")


def test_where_no_server_has_begun_nobody_is_waited_for() -> None:
    assert first_page.address() == ""
    first_page.give_way()


@pytest.mark.usefixtures("server_begun")
def test_the_first_browser_says_when_the_tokens_stand_on_its_page(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_page, "LONGEST", None)  # without an end
    address = first_page.address()
    assert TestClient(Starlette(routes=first_page.seen_routes())).get(address).status_code == 204
    first_page.give_way()
    assert first_page.address() == ""


@pytest.mark.usefixtures("server_begun")
def test_a_browser_that_says_nothing_is_not_waited_for_twice(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(first_page, "LONGEST", 0)
    assert first_page.address() != ""
    first_page.give_way()
    assert first_page.address() == ""  # nor asked again
    monkeypatch.setattr(first_page, "LONGEST", None)
    first_page.give_way()


def test_the_tokens_of_the_opening_need_no_library_that_cuts_and_no_tables() -> None:
    code = """
import sys
from streamlit.testing.v1 import AppTest
from components.segmentation import live_segmentation

def tokens_are_out(context):
    heavy = ("tiktoken", "sentencepiece", "tokenizers", "pandas")
    print([name for name in heavy if name in sys.modules])

live_segmentation.tools = tokens_are_out
app = AppTest.from_file("components/frame/frame.py", default_timeout=240).run()
assert not app.exception and not app.error
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"
