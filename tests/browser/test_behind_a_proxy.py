"""Behind a reverse proxy, below a path, with the proxy saying who is there; and a login that cannot be read."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.reverse_proxy import reverse_proxy

APP = Path(__file__).parents[2] / "app.py"
HEADER = "X-Forwarded-User"
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def server(app_server: Callable[..., str]) -> str:
    return app_server(APP, fresh=True, base="atlas", TOKEN_ATLAS_USER_HEADER=HEADER)


def test_below_a_path_with_a_user_that_the_proxy_names(server: str, open_page: Callable[..., Page]) -> None:
    with reverse_proxy(server, HEADER, "Ann@example.org") as proxy:
        page = open_page(extra_http_headers={HEADER: "root"})  # what a client says of itself does not count
        page.goto(f"{proxy}/atlas/runs")
        page.get_by_role("heading", name="Runs", exact=True).wait_for()
        page.get_by_role("link", name="ann@example.org").wait_for()
        page.get_by_role("link", name="Segmentation").click()
        expect(page).to_have_url(f"{proxy}/atlas/")
        editor = page.locator("textarea").first
        editor.fill("Größe zählt")  # through the websocket
        page.get_by_text("14 bytes").first.wait_for()
        (cookie,) = [c for c in page.context.cookies() if c["name"] == "token_atlas_browser"]
        assert (cookie["path"], cookie["httpOnly"], cookie["sameSite"]) == ("/atlas", True, "Lax")


def test_past_the_proxy_nothing_is_shown(server: str, open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.goto(f"{server}/premium")
    page.get_by_text("Reach it through the proxy.").wait_for()
    assert page.get_by_role("link").count() <= 1  # the way past the header, to the main content


def test_a_login_that_cannot_be_read_lets_nobody_in(
    app_server: Callable[..., str], open_page: Callable[..., Page], tmp_path: Path
) -> None:
    secrets = tmp_path / "secrets.toml"
    secrets.write_text('[auth]\nclient_secret = "unfinished-and-never-shown\n')
    address = app_server(APP, fresh=True, TOKEN_ATLAS_LOGIN="on", STREAMLIT_SECRETS_FILES=str(secrets))
    page = open_page()
    page.goto(f"{address}/premium")
    page.get_by_text("This server takes nobody in before a login is configured").wait_for()
    assert "never-shown" not in page.content()
