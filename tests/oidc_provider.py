"""A stand-in OpenID provider: discovery, authorize with a page to choose who one is, token, keys, end of session."""

import base64
import hashlib
import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, quote, urlencode, urlsplit
from uuid import uuid4

from joserfc import jwt
from joserfc.jwk import RSAKey

CLIENT_ID, CLIENT_SECRET = "token-atlas", "client-secret-never-shown-4711"
USERS: dict[str, dict[str, Any]] = {
    "ann": {"sub": "1", "email": "ann@example.org", "email_verified": True, "name": "Ann A"},
    "ben": {"sub": "2", "email": "ben@example.org", "email_verified": True, "name": "Ben B"},
    "mal": {},  # the provider refuses to say who that is
    "eve": {"sub": "3", "email": "ann@example.org", "email_verified": False, "preferred_username": "eve"},
}


class Provider:
    """What the stand-in knows: its key, and the codes it has given out."""

    def __init__(self) -> None:
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"})
        self.codes: dict[str, dict[str, str]] = {}
        self.logins: list[str] = []
        self.address = ""

    def configuration(self) -> dict[str, Any]:
        """The discovery document."""
        return {
            "issuer": self.address,
            "authorization_endpoint": f"{self.address}/authorize",
            "token_endpoint": f"{self.address}/token",
            "jwks_uri": f"{self.address}/jwks",
            "end_session_endpoint": f"{self.address}/end",
            "response_types_supported": ["code"],
            "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
            "code_challenge_methods_supported": ["S256"],
        }

    def token(self, form: dict[str, str], authorization: str) -> dict[str, Any] | None:
        """The answer to whoever trades a code for tokens; None if anything about it is wrong."""
        basic = base64.b64encode(f"{CLIENT_ID}:{CLIENT_SECRET}".encode()).decode()
        asked = self.codes.pop(form.get("code", ""), None)
        if authorization != f"Basic {basic}" or asked is None or form.get("redirect_uri") != asked["redirect_uri"]:
            return None
        if not USERS[asked["user"]]:
            return None
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if base64.urlsafe_b64encode(digest).decode().rstrip("=") != asked["code_challenge"]:
            return None
        now = int(time.time())
        claims = {"iss": self.address, "aud": CLIENT_ID, "iat": now, "exp": now + 600, "nonce": asked["nonce"]}
        claims |= USERS[asked["user"]]
        self.logins.append(asked["user"])
        identity = jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key)
        return {"access_token": uuid4().hex, "token_type": "Bearer", "expires_in": 600, "id_token": identity}


@contextmanager
def oidc_provider() -> Iterator[Provider]:
    """The stand-in, serving on a port of its own."""
    provider = Provider()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            url = urlsplit(self.path)
            query = {name: values[0] for name, values in parse_qs(url.query).items()}
            if url.path == "/.well-known/openid-configuration":
                self._json(provider.configuration())
            elif url.path == "/jwks":
                self._json({"keys": [provider.key.as_dict(private=False)]})
            elif url.path == "/authorize" and query.get("client_id") == CLIENT_ID:
                self._html("".join(f'<a href="/chosen?user={u}&{escaped(url.query)}">{u}</a> ' for u in USERS))
            elif url.path == "/chosen":
                code = uuid4().hex
                provider.codes[code] = query
                self._redirect(f"{query['redirect_uri']}?{urlencode({'code': code, 'state': query['state']})}")
            elif url.path == "/end":
                self._redirect(query["post_logout_redirect_uri"])
            else:
                self.send_error(400)

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            form = {name: values[0] for name, values in parse_qs(body).items()}
            tokens = provider.token(form, self.headers.get("Authorization", ""))
            self._json(tokens or {"error": "invalid_grant"}, 200 if tokens else 400)

        def _json(self, value: object, status: int = 200) -> None:
            self._send(json.dumps(value).encode(), "application/json", status)

        def _html(self, text: str) -> None:
            self._send(f"<!doctype html><title>Who are you?</title>{text}".encode(), "text/html", 200)

        def _send(self, content: bytes, kind: str, status: int) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        def _redirect(self, address: str) -> None:
            self.send_response(302)
            self.send_header("Location", address)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    provider.address = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield provider
    finally:
        server.shutdown()
        server.server_close()


def escaped(query: str) -> str:
    """A query inside an attribute."""
    return quote(query, safe="=&%+:/.-_~").replace("&", "&amp;")
