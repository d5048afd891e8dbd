"""Logging in, in a real Chromium against a provider that speaks OpenID Connect, and what it lets whom do."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

pytest.importorskip("authlib", reason="requirements-login.txt is not installed")

from tests.browser.conftest import open_button, stands_still
from tests.jobs_home import kill_daemon
from tests.oidc_provider import CLIENT_ID, CLIENT_SECRET, Provider, oidc_provider

APP = Path(__file__).parents[2] / "app.py"
COOKIE_SECRET = "cookie-secret-never-shown-0815"
HF_TOKEN = "hf_neverShownAnywhere0123456789"
SECRETS = """
[auth]
redirect_uri = "http://127.0.0.1:{{port}}/oauth2callback"
cookie_secret = "{cookie}"
client_id = "{client}"
client_secret = "{secret}"
server_metadata_url = "{address}/.well-known/openid-configuration"
"""
pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def provider() -> Iterator[Provider]:
    with oidc_provider() as provider:
        yield provider


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("login")
    yield folder
    kill_daemon(folder)


@pytest.fixture(scope="module")
def address(app_server: Callable[..., str], provider: Provider, home: Path) -> str:
    secrets = home / "secrets.toml"
    values = {"cookie": COOKIE_SECRET, "client": CLIENT_ID, "secret": CLIENT_SECRET, "address": provider.address}
    secrets.write_text(SECRETS.format(**values))
    return app_server(
        APP,
        fresh=True,
        TOKEN_ATLAS_HOME=str(home),
        TOKEN_ATLAS_WORK="tests.job_kinds",
        STREAMLIT_SECRETS_FILES=str(secrets),
        TOKEN_ATLAS_USERS="@example.org",
        HF_TOKEN=HF_TOKEN,
    )


def log_in(page: Page, who: str) -> None:
    page.get_by_role("button", name="Log in").click()
    page.get_by_role("link", name=who).click()


def count(page: Page) -> None:
    """Count the sample with what the link chose."""
    page.get_by_role("button", name="Count a corpus").click()
    page.get_by_role("button", name="Count", exact=True).click()
    expect(page.get_by_role("heading", name="Count a corpus")).to_be_hidden()


def heard(page: Page) -> list[bytes]:
    """Everything that the browser gets from here on: bodies, addresses and websocket messages."""
    got: list[bytes] = []

    def keep(response: object) -> None:
        got.append(response.url.encode())  # type: ignore[attr-defined]
        got.append(json.dumps(response.headers).encode())  # type: ignore[attr-defined]
        if "javascript" not in response.headers.get("content-type", ""):  # type: ignore[attr-defined]
            try:
                got.append(response.body())  # type: ignore[attr-defined]
            except Exception:  # a redirect has no body
                return

    def frame(payload: str | bytes) -> None:
        got.append(payload if isinstance(payload, bytes) else payload.encode())

    page.on("response", keep)
    page.on("websocket", lambda socket: socket.on("framereceived", frame))
    return got


def test_a_deep_link_shows_nothing_before_the_login_and_is_kept_for_after_it(
    address: str, open_page: Callable[..., Page]
) -> None:
    page = open_page()
    got = heard(page)
    page.goto(f"{address}/premium?base=deu_Latn")  # the very first request of a fresh server
    page.get_by_role("button", name="Log in").wait_for()
    page.goto(f"{address}/runs?run=abc")
    page.get_by_role("button", name="Log in").wait_for()
    page.goto(f"{address}/premium?base=deu_Latn")
    page.get_by_role("button", name="Log in").wait_for()
    stands_still(page)
    assert page.get_by_role("link", name="Runs").count() == 0
    before = b"".join(got)
    assert b"Petrov" not in before
    log_in(page, "ann")
    expect(page).to_have_url(re.compile(r"/premium\?.*base=deu_Latn"))
    page.get_by_role("heading", name="Premium").wait_for()
    page.get_by_role("link", name="ann@example.org").wait_for()
    page.get_by_text("Petrov").first.wait_for()
    assert b"Petrov" in b"".join(got)  # so it would have been noticed before
    for secret in (CLIENT_SECRET, COOKIE_SECRET, HF_TOKEN):
        assert secret.encode() not in b"".join(got)


def test_somebody_who_is_not_invited_comes_no_further(address: str, open_page: Callable[..., Page]) -> None:
    page = open_page()
    page.goto(address)
    log_in(page, "eve")  # says that she has Ann's address, which her provider has not verified
    page.get_by_text("who is not on the list of this server's users").wait_for()
    assert page.get_by_role("link", name="Runs").count() == 0
    page.get_by_role("button", name="Log out").click()
    page.get_by_role("button", name="Log in").wait_for()


def test_runs_belong_to_those_who_ask_for_them(address: str, open_page: Callable[..., Page]) -> None:
    ann, ben = open_page(), open_page()
    for page, who in ((ann, "ann"), (ben, "ben")):
        page.goto(f"{address}/runs?tokenizers=builtin:utf8-bytes")
        log_in(page, who)
        page.get_by_role("heading", name="Runs", exact=True).wait_for()
    count(ann)
    open_button(ann).wait_for()
    ann.get_by_role("button", name="Delete").first.wait_for()

    ben.reload()
    ben.get_by_text("You have asked for nothing yet.").first.wait_for()
    ben.get_by_text("Everybody's", exact=True).first.click()
    ben.get_by_text("for ann@example.org").first.wait_for()
    open_button(ben).wait_for()
    assert ben.get_by_role("button", name="Delete").count() == 0
    assert ben.get_by_role("button", name="Repeat").count() == 0

    count(ben)  # the same work: he joins
    ben.get_by_text("for you and ann@example.org").first.wait_for()
    ben.get_by_role("button", name="Delete").first.click()
    ben.get_by_text("the others keep it").first.wait_for()
    ben.get_by_role("button", name="Delete it").first.click()
    ben.get_by_text("for ann@example.org").first.wait_for()
    ann.reload()
    open_button(ann).wait_for()

    ann.get_by_role("link", name="ann@example.org").first.click()
    ann.get_by_role("button", name="Log out").first.click()
    ann.get_by_role("button", name="Log in").first.wait_for()
    ann.goto(f"{address}/runs")
    ann.get_by_role("button", name="Log in").first.wait_for()


def test_a_login_that_fails_says_nothing_of_the_secrets(
    address: str, open_page: Callable[..., Page], tmp_path_factory: pytest.TempPathFactory
) -> None:
    page = open_page()
    got = heard(page)
    page.goto(address)
    log_in(page, "mal")
    page.get_by_role("button", name="Log in").wait_for()
    page.goto(f"{address}/oauth2callback?code=made-up&state=made-up")
    page.get_by_role("button", name="Log in").wait_for()
    logs = b"".join(log.read_bytes() for log in tmp_path_factory.getbasetemp().rglob("server.log"))
    assert b"OAuth token exchange failed" in logs
    for secret in (CLIENT_SECRET, COOKIE_SECRET, HF_TOKEN):
        assert secret.encode() not in logs + b"".join(got)
