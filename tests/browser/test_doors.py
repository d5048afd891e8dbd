"""The doors of a real server: what a browser may load, whom it may be shown to, and what is open before a login."""

from __future__ import annotations

import urllib.error
import urllib.request
from collections.abc import Callable
from email.message import Message
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

APP = Path(__file__).parents[2] / "app.py"
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def server(app_server: Callable[..., str]) -> str:
    return app_server(APP, fresh=True, TOKEN_ATLAS_UPLOADS="off", TOKEN_ATLAS_HUB="off")


def asked(address: str, **headers: str) -> tuple[int, str, Message]:
    try:
        with urllib.request.urlopen(urllib.request.Request(address, headers=headers), timeout=60) as answer:
            return answer.status, answer.read().decode(errors="replace"), answer.headers
    except urllib.error.HTTPError as error:
        return error.code, error.read().decode(errors="replace"), error.headers


@pytest.mark.parametrize(("path", "heading"), [("", "Segmentation"), ("premium", "Multilingual premium")])
def test_pages_need_nothing_that_the_policy_forbids(
    path: str, heading: str, server: str, open_page: Callable[..., Page]
) -> None:
    page, said = open_page(), []
    page.on("console", lambda message: said.append(message.text))
    page.goto(f"{server}/{path}")
    page.get_by_role("heading", name=heading, exact=True).wait_for()
    expect(page.locator("canvas, svg.main-svg").first).to_be_attached()
    assert [text for text in said if "Content Security Policy" in text] == []
    # A script that finds its way into a page is not run.
    page.evaluate("document.body.appendChild(document.createElement('script')).textContent = 'window.stranger = 1'")
    assert page.evaluate("window.stranger") is None


def test_another_name_is_told_the_setting_and_uploads_are_off(server: str, open_page: Callable[..., Page]) -> None:
    status, text, _ = asked(server, Host="rebind.evil.example")
    assert (status, "TOKEN_ATLAS_HOSTS=rebind.evil.example" in text) == (403, True)
    assert asked(f"{server}/_stcore/health")[0] == 200
    page = open_page()
    page.goto(f"{server}/runs")
    put = "fetch('/_stcore/upload_file/session/file', {method: 'PUT', body: 'x'}).then(a => a.text())"
    assert "takes no uploads" in page.evaluate(put)


def test_no_other_page_may_frame_the_app(server: str, open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.set_content(f'<iframe src="{server}" width=800 height=600></iframe>')
    page.wait_for_function("frames.length === 1")
    page.wait_for_load_state("networkidle")
    (frame,) = page.frames[1:]
    assert frame.get_by_role("heading", name="Segmentation").count() == 0
    for path in ("", "/_stcore/health", "/vendor/plotly.min.js", "/static/nothing.js", "/_stcore/host-config"):
        headers = asked(server + path)[2]
        assert headers["X-Content-Type-Options"] == "nosniff", path
        assert "frame-ancestors 'self'" in headers["Content-Security-Policy"], path
        assert headers["Referrer-Policy"] == "same-origin", path
