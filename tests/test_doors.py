"""Who gets what from the server: decided before a page, a file or a websocket is reached."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, suppress
from typing import Any

import pytest
import streamlit as st
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute
from starlette.testclient import TestClient
from starlette.websockets import WebSocket, WebSocketDisconnect
from streamlit.web.server.starlette.starlette_app_utils import create_signed_value

from components.frame import claims, hosts, upload_limits
from components.frame.doors import Doors
from components.frame.hosts import host_refusal, origin_refusal
from components.frame.protection import Protection, protecting_headers
from components.frame.upload_limits import follow_settings

HEADER = "X-Forwarded-User"
ANN = {HEADER: "ann@example.org"}
HERE = "http://localhost:8501"
UPLOAD, METRICS, STREAM = "/_stcore/upload_file/session-1/file-1", "/_stcore/metrics", "/_stcore/stream"
MEBI = 2**20


class Kept:
    """Stands for Streamlit's own store: what arrived, and how much of a body was read."""

    def __init__(self) -> None:
        self.bytes_by_session: dict[str, int] = {}
        self.n_read = 0


@pytest.fixture
def kept(monkeypatch: pytest.MonkeyPatch) -> Kept:
    kept = Kept()
    monkeypatch.setattr(upload_limits, "kept_bytes", lambda: dict(kept.bytes_by_session))
    return kept


@pytest.fixture
def client(kept: Kept) -> Iterator[TestClient]:
    async def upload(request: Request) -> PlainTextResponse:
        session, n_bytes = request.path_params["session"], 0
        async for part in request.stream():
            n_bytes += len(part)
            kept.n_read += len(part)
        kept.bytes_by_session[session] = kept.bytes_by_session.get(session, 0) + n_bytes
        return PlainTextResponse("", 204)

    async def anything(request: Request) -> PlainTextResponse:
        return PlainTextResponse("in")

    async def stream(websocket: WebSocket) -> None:
        await websocket.accept()
        await websocket.send_text("in")
        with suppress(WebSocketDisconnect):
            await websocket.receive_text()

    routes = [
        Route("/_stcore/upload_file/{session}/{file}", upload, methods=["PUT", "DELETE"]),
        WebSocketRoute(STREAM, stream),
        Route("/{path:path}", anything, methods=["GET", "POST"]),
    ]
    with TestClient(Starlette(routes=routes, middleware=[Middleware(Protection), Middleware(Doors)]), HERE) as client:
        yield client


@pytest.fixture
def login(monkeypatch: pytest.MonkeyPatch) -> Callable[..., dict[str, str]]:
    """Configures Streamlit's login, and makes the cookie of somebody who came through it."""
    secret = "a secret of thirty-two characters"
    monkeypatch.setattr(claims, "get_secrets_auth_section", lambda: {"cookie_secret": secret})
    monkeypatch.setattr(claims, "get_origin_from_redirect_uri", lambda: HERE)
    monkeypatch.setattr(claims.streamlit_login, "get_cookie_secret", lambda: secret)

    def cookie(address: str, secret: str = secret) -> dict[str, str]:
        text = f'{{"origin": "{HERE}", "is_logged_in": true, "email": "{address}", "email_verified": true}}'
        return {"Cookie": "_streamlit_user=" + create_signed_value(secret, "_streamlit_user", text).decode()}

    return cookie


def enters(client: TestClient, headers: dict[str, str]) -> bool:
    try:
        with client.websocket_connect(STREAM, headers={"Host": "localhost:8501", **headers}) as websocket:
            return bool(websocket.receive_text() == "in")
    except WebSocketDisconnect:
        return False


def test_whom_no_proxy_names_gets_health_and_a_reason(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_USER_HEADER", HEADER)
    for path in ("/", METRICS, "/media/a.csv", "/premium?text=x", "/_stcore/agent/interact"):
        assert client.get(path).status_code == 403
        assert client.get(path, headers=ANN).status_code == 200
    assert "Reach it through the proxy" in client.get("/", headers={"Accept": "text/html"}).text
    assert client.put(UPLOAD, content=b"x").status_code == 403
    assert client.delete(UPLOAD).status_code == 403
    assert client.put(UPLOAD, content=b"x", headers=ANN).status_code == 204
    assert (enters(client, {}), enters(client, ANN)) == (False, True)
    assert client.get("/_stcore/health").status_code == 200
    monkeypatch.setenv("TOKEN_ATLAS_USERS", "@lab.example.org")
    assert client.put(UPLOAD, content=b"x", headers=ANN).status_code == 403


def test_before_streamlits_login_only_its_way_is_open(client: TestClient, login: Any) -> None:
    assert client.get("/").status_code == 200
    assert enters(client, {})
    for headers in ({}, login("ann@example.org", "another secret, of whoever forges")):
        assert client.put(UPLOAD, content=b"x", headers=headers).status_code == 403
        assert client.get(METRICS, headers=headers).status_code == 403
        assert client.get("/media/a.csv", headers=headers).status_code == 403
    assert client.put(UPLOAD, content=b"x", headers=login("ann@example.org")).status_code == 204
    assert client.get(METRICS, headers=login("ann@example.org")).status_code == 200


def test_a_login_that_is_not_invited_uploads_nothing(
    client: TestClient, login: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_USERS", "@lab.example.org")
    assert client.put(UPLOAD, content=b"x", headers=login("ann@example.org")).status_code == 403
    assert client.put(UPLOAD, content=b"x", headers=login("ann@lab.example.org")).status_code == 204


@pytest.mark.parametrize("name", ["TOKEN_ATLAS_LOGIN", "TOKEN_ATLAS_UPLOAD_MB"])
def test_an_unfinished_login_and_a_wrong_setting_let_nobody_in(
    name: str, client: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, "on")
    assert client.get("/").status_code == client.put(UPLOAD, content=b"x").status_code == 403
    assert name in client.get("/").text
    assert not enters(client, {})


def test_without_uploads_nothing_is_uploaded(client: TestClient, kept: Kept, monkeypatch: pytest.MonkeyPatch) -> None:
    assert client.put(UPLOAD, content=b"x").status_code == 204
    monkeypatch.setenv("TOKEN_ATLAS_UPLOADS", "off")
    assert client.put(UPLOAD, content=b"x").status_code == 403
    assert kept.n_read == 1


def test_a_body_is_read_no_further_than_the_limit(
    client: TestClient, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_UPLOAD_MB", "1")
    answer = client.put(UPLOAD, content=(b"x" * 65_536 for _ in range(64)))  # no Content-Length: sent in chunks
    assert answer.status_code == 413
    assert "1 MB" in answer.text
    assert kept.n_read < 1.2 * MEBI
    assert client.put(UPLOAD, content=b"x" * MEBI).status_code == 204


def test_bytes_are_capped_per_tab_per_person_and_in_all(
    client: TestClient, kept: Kept, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_UPLOAD_MB", "1")
    monkeypatch.setenv("TOKEN_ATLAS_MEMORY_MB", "24")  # a quarter of it, 6 MB, is for uploads
    monkeypatch.setenv("TOKEN_ATLAS_USER_HEADER", HEADER)

    def status(session: str, who: str) -> tuple[int, str]:
        answer = client.put(f"/_stcore/upload_file/{session}/f", content=b"x" * MEBI, headers={HEADER: who})
        return answer.status_code, answer.text.partition(" may have")[0]

    assert [status("a1", "ann")[0] for _ in range(2)] == [204, 204]
    assert status("a1", "ann") == (413, "The files of one tab")
    assert [status("a2", "ann")[0] for _ in range(2)] == [204, 204]
    assert status("a3", "ann") == (413, "The files of one person")
    assert [status("b1", "bob")[0] for _ in range(2)] == [204, 204]
    assert status("c1", "eve") == (413, "The files of everybody")
    kept.bytes_by_session.pop("a1")  # the tab is closed
    assert status("c1", "eve")[0] == status("a3", "ann")[0] == 204


@pytest.mark.parametrize(
    "host", ["rebind.evil.example:8501", "", "a b", "localhost@evil.example", "localhost.evil.example"]
)
def test_another_name_for_this_server_is_refused_everywhere(client: TestClient, host: str) -> None:
    for path in ("/", METRICS, "/vendor/plotly.min.js"):
        assert client.get(path, headers={"Host": host}).status_code == 403
    assert client.put(UPLOAD, content=b"x", headers={"Host": host}).status_code == 403
    assert not enters(client, {"Host": host, "Origin": f"http://{host}"})
    assert client.get("/_stcore/health", headers={"Host": host}).status_code == 200


def test_a_page_of_another_origin_may_not_act(client: TestClient) -> None:
    for origin in ("http://evil.example", "http://localhost:9", "null", "https://localhost.evil.example:8501"):
        assert not enters(client, {"Origin": origin})
        assert client.put(UPLOAD, content=b"x", headers={"Origin": origin}).status_code == 403
    assert enters(client, {"Origin": HERE})
    assert origin_refusal("https://atlas.example.org", "atlas.example.org") is None


def served(monkeypatch: pytest.MonkeyPatch, address: str | None) -> None:
    known = {"server.address": address, "browser.serverAddress": "localhost"}
    monkeypatch.setattr(hosts.st, "get_option", known.get)


@pytest.mark.parametrize("address", ["localhost", "127.0.0.1", "10.0.0.7", "0.0.0.0"])
def test_names_that_are_answered(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    served(monkeypatch, address)
    monkeypatch.setattr(hosts.socket, "gethostname", lambda: "lab7")
    for host in ("localhost:8501", "127.0.0.1:8501", "[::1]:8501", "LOCALHOST.", f"{address}:8600"):
        assert host_refusal(host) is None
    everybody = address == "0.0.0.0"  # as `make serve` does: by number, and by the machine's own name
    for host in ("192.168.1.5:8600", "[fd00::7]:8600", "lab7:8600", "lab7.local"):
        assert (host_refusal(host) is None) == everybody
    refusal = host_refusal("atlas.example.org") or ""
    assert "TOKEN_ATLAS_HOSTS=atlas.example.org" in refusal
    monkeypatch.setenv("TOKEN_ATLAS_HOSTS", "Atlas.example.org, *.lab.example.org")
    assert host_refusal("atlas.example.org:443") is host_refusal("a.lab.example.org") is None
    assert host_refusal("lab.example.org.evil.example")
    monkeypatch.setenv("TOKEN_ATLAS_HOSTS", "*")
    assert host_refusal("whatever.example") is None


def test_every_answer_tells_browsers_what_to_hold_back(client: TestClient) -> None:
    refused = client.get("/", headers={"Host": "evil.example"})
    for answer in (client.get("/"), client.get("/nothing"), client.get("/_stcore/health"), refused):
        for name, value in protecting_headers().items():
            assert answer.headers[name] == value
    policy = dict(part.split(" ", 1) for part in protecting_headers()["Content-Security-Policy"].split("; "))
    assert "unsafe" not in policy["script-src"]
    assert policy["frame-ancestors"] == "'self'"


def test_streamlits_own_limit_follows_the_setting(monkeypatch: pytest.MonkeyPatch) -> None:
    before = st.get_option("server.maxUploadSize")
    monkeypatch.setenv("TOKEN_ATLAS_UPLOAD_MB", "7")
    try:
        follow_settings()
        assert st.get_option("server.maxUploadSize") == 7
    finally:
        monkeypatch.delenv("TOKEN_ATLAS_UPLOAD_MB")
        upload_limits.config.set_option("server.maxUploadSize", before)


def test_tabs_are_capped_per_person_and_in_all(client: TestClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_USER_HEADER", HEADER)
    monkeypatch.setenv("TOKEN_ATLAS_TABS_EACH", "2")
    monkeypatch.setenv("TOKEN_ATLAS_TABS_ALL", "3")

    def here(who: str) -> dict[str, str]:
        return {"Host": "localhost:8501", HEADER: who}

    def page(who: str) -> tuple[int, str]:
        answer = client.get("/", headers={HEADER: who, "Accept": "text/html"})
        return answer.status_code, answer.text

    with ExitStack() as open_tabs:
        for who in ("ann", "ann"):
            open_tabs.enter_context(client.websocket_connect(STREAM, headers=here(who)))
        assert not enters(client, {HEADER: "ann"})
        assert page("ann")[0] == 503
        assert "TOKEN_ATLAS_TABS_EACH" in page("ann")[1]
        assert client.get("/vendor/plotly.min.js", headers={HEADER: "ann"}).status_code == 200, "her open tabs go on"
        assert enters(client, {HEADER: "bob"})
        open_tabs.enter_context(client.websocket_connect(STREAM, headers=here("bob")))
        assert not enters(client, {HEADER: "eve"})
        assert page("eve")[0] == 503
        assert "TOKEN_ATLAS_TABS_ALL" in page("eve")[1]
    assert enters(client, {HEADER: "ann"})
    assert page("eve")[0] == 200
