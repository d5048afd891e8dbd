"""A local stand-in for the Hugging Face Hub: what huggingface_hub uses of its protocol to fetch a model's files."""

import hashlib
import json
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit


@dataclass
class Repo:
    """A repository and how the server misbehaves about it.

    Args:
        files: content by path.
        gated: files are refused without the token of someone who was let in.
        private: nothing is said about it without that token.
        moved_to: its new id; every address answers with a redirect to the new one's.
        status: every address answers with this error.
        silent: every address takes the request and never answers.
        breaks: how many downloads break off half way before one is complete.
        dies: downloads break off half way, and asking for the rest gets no answer at all.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    gated: bool = False
    private: bool = False
    moved_to: str = ""
    status: int = 0
    silent: bool = False
    breaks: int = 0
    dies: bool = False
    revisions: tuple[str, ...] = ("main", "v1.0")

    @property
    def commit(self) -> str:
        return hashlib.sha1(repr(sorted((path, _oid(data)) for path, data in self.files.items())).encode()).hexdigest()


TOKEN = "hf_" + "SecretOfATest" * 2


class Hub(ThreadingHTTPServer):
    """The server: `repos` may be changed at any time, `requests` holds what was asked, as "GET /path"."""

    daemon_threads = True

    def __init__(self, repos: dict[str, Repo]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.repos = repos
        self.requests: list[str] = []
        self.stopping = threading.Event()

    def handle_error(self, *_: object) -> None:
        """Say nothing of clients that hang up."""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


@contextmanager
def running(repos: dict[str, Repo]) -> Iterator[Hub]:
    """A server with these repositories for as long as the block lasts."""
    hub = Hub(repos)
    thread = threading.Thread(target=hub.serve_forever, args=(0.05,), daemon=True)
    thread.start()
    try:
        yield hub
    finally:
        hub.stopping.set()
        hub.shutdown()
        hub.server_close()


class _Handler(BaseHTTPRequestHandler):
    server: Hub
    protocol_version = "HTTP/1.1"

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_HEAD(self) -> None:
        self._answer()

    def do_GET(self) -> None:
        self._answer()

    def _answer(self) -> None:
        path = unquote(urlsplit(self.path).path)
        self.server.requests.append(f"{self.command} {path}")
        for name, repo in self.server.repos.items():
            for prefix in (f"/api/models/{name}/", f"/api/datasets/{name}/", f"/{name}/", f"/datasets/{name}/"):
                if path.startswith(prefix):
                    self._about(name, repo, prefix.startswith("/api"), path.removeprefix(prefix))
                    return
        self._error(401 if not self._authorised() else 404, "RepoNotFound")

    def _authorised(self) -> bool:
        return self.headers.get("Authorization") == f"Bearer {TOKEN}"

    def _about(self, name: str, repo: Repo, api: bool, rest: str) -> None:
        what, _, tail = rest.partition("/")
        if repo.silent:
            self.server.stopping.wait(300)
            self.close_connection = True
        elif repo.status:
            self._error(repo.status)
        elif repo.moved_to:
            self._send(307, b"", {"Location": self.path.replace(name, repo.moved_to, 1)})
        elif repo.private and not self._authorised():
            self._error(401, "RepoNotFound")
        elif api and what == "revision":
            self._info(name, repo, tail)
        elif api and what == "tree":
            self._tree(repo, tail)
        elif what == "resolve":
            self._file(repo, *tail.split("/", 1))
        else:
            self._error(404, "EntryNotFound")

    def _has(self, repo: Repo, revision: str) -> bool:
        if revision in (*repo.revisions, repo.commit):
            return True
        self._error(404, "RevisionNotFound")
        return False

    def _info(self, name: str, repo: Repo, revision: str) -> None:
        if self._has(repo, revision):
            siblings = [
                {"rfilename": path, "size": len(data), "blobId": _oid(data)} for path, data in repo.files.items()
            ]
            gated = "manual" if repo.gated else False
            about = {
                "_id": "1",
                "id": name,
                "modelId": name,
                "sha": repo.commit,
                "private": repo.private,
                "gated": gated,
            }
            self._json({**about, "siblings": siblings, "tags": [], "downloads": 0, "likes": 0})

    def _tree(self, repo: Repo, revision: str) -> None:
        if self._has(repo, revision):
            self._json(
                [{"type": "file", "path": p, "size": len(d), "oid": _oid(d)} for p, d in sorted(repo.files.items())]
            )

    def _file(self, repo: Repo, revision: str, path: str = "") -> None:
        if not self._has(repo, revision):
            return
        if repo.gated and not self._authorised():
            self._error(401, "GatedRepo")
            return
        if path not in repo.files:
            self._error(404, "EntryNotFound", {"X-Repo-Commit": repo.commit})
            return
        data = repo.files[path]
        headers = {"ETag": f'"{_oid(data)}"', "X-Repo-Commit": repo.commit, "Accept-Ranges": "bytes"}
        headers["X-Linked-Size"] = str(len(data))
        asked = self.headers.get("Range", "")
        big = self.command == "GET" and len(data) > 1000
        if big and repo.dies and asked:
            self.close_connection = True
        elif big and not asked and (repo.dies or repo.breaks):
            repo.breaks = max(0, repo.breaks - 1)
            self._send(200, data[: len(data) // 2], headers, length=len(data))
            self.close_connection = True
        elif asked.startswith("bytes="):
            begin, _, last = asked.removeprefix("bytes=").partition("-")
            part = data[int(begin) : int(last) + 1 if last else None]
            headers["Content-Range"] = f"bytes {begin}-{int(begin) + len(part) - 1}/{len(data)}"
            self.server.requests[-1] += f" {len(part)}"
            self._send(206, part, headers)
        else:
            self._send(200, data, headers)

    def _json(self, value: object) -> None:
        self._send(200, json.dumps(value).encode(), {"Content-Type": "application/json"})

    def _error(self, status: int, code: str = "", headers: dict[str, str] | None = None) -> None:
        named = {"X-Error-Code": code, "X-Error-Message": f"as the Hub says it: {code}"} if code else {}
        self._send(status, b"{}", {**named, **(headers or {})})

    def _send(self, status: int, body: bytes, headers: dict[str, str], length: int | None = None) -> None:
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body) if length is None else length))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)
            self.wfile.flush()


@cache
def _oid(data: bytes) -> str:
    """Git's own hash of a file."""
    return hashlib.sha1(b"blob %d\0" % len(data) + data).hexdigest()
