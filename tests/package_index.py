"""A local stand-in for PyPI and the npm registry: what pip and npm ask of them to fetch one package."""

import base64
import hashlib
import io
import json
import tarfile
import threading
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import unquote, urlsplit


class Index(ThreadingHTTPServer):
    """The server: `wheels` by file name, `tarballs` by package and version; `requests` holds the paths asked for."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.wheels: dict[str, bytes] = {}
        self.tarballs: dict[tuple[str, str], bytes] = {}
        self.requests: list[str] = []

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"


class _Handler(BaseHTTPRequestHandler):
    server: Index

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def do_GET(self) -> None:
        path = unquote(urlsplit(self.path).path)
        self.server.requests.append(path)
        content, kind = self._found(path)
        self.send_response(200 if content is not None else 404)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(content or b"")))
        self.end_headers()
        self.wfile.write(content or b"")

    def _found(self, path: str) -> tuple[bytes | None, str]:
        last = path.rstrip("/").rpartition("/")[2]
        if path.startswith("/simple/"):
            names = [name for name in self.server.wheels if name.startswith(last.replace("-", "_") + "-")]
            page = "".join(f'<a href="/files/{name}">{name}</a>' for name in names)
            return (page.encode() if names else None), "text/html"
        if path.startswith("/files/"):
            return self.server.wheels.get(last), "application/octet-stream"
        if path.startswith("/tarballs/"):
            name, version = path.removeprefix("/tarballs/").removesuffix(".tgz").rsplit("+", 1)
            return self.server.tarballs.get((name, version)), "application/octet-stream"
        return self._npm(path.strip("/"))

    def _npm(self, name: str) -> tuple[bytes | None, str]:
        versions = {version: data for (known, version), data in self.server.tarballs.items() if known == name}
        if not versions:
            return None, "application/json"
        made = {
            version: {
                "name": name,
                "version": version,
                "dist": {
                    "tarball": f"{self.server.address}/tarballs/{name}+{version}.tgz",
                    "integrity": f"sha512-{base64.b64encode(hashlib.sha512(data).digest()).decode()}",
                },
            }
            for version, data in versions.items()
        }
        document = {"name": name, "dist-tags": {"latest": max(versions)}, "versions": made}
        return json.dumps(document).encode(), "application/json"


@contextmanager
def package_index() -> Iterator[Index]:
    """A running server."""
    index = Index()
    thread = threading.Thread(target=index.serve_forever, daemon=True)
    thread.start()
    try:
        yield index
    finally:
        index.shutdown()
        index.server_close()


def wheel(name: str, version: str, files: Mapping[str, bytes]) -> tuple[str, bytes]:
    """File name and content of a wheel with these files."""
    plain = name.replace("-", "_")
    about = f"{plain}-{version}.dist-info"
    told = {
        f"{about}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n".encode(),
        f"{about}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        f"{about}/RECORD": b"",
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for path, content in {**files, **told}.items():
            archive.writestr(path, content)
    return f"{plain}-{version}-py3-none-any.whl", out.getvalue()


def tarball(files: Mapping[str, bytes], links: Mapping[str, str] | None = None) -> bytes:
    """A package as npm has it, with these files and links below `package/`."""
    out = io.BytesIO()
    with tarfile.open(fileobj=out, mode="w:gz") as archive:
        for path, content in files.items():
            entry = tarfile.TarInfo(f"package/{path}")
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
        for path, target in (links or {}).items():
            entry = tarfile.TarInfo(f"package/{path}")
            entry.type, entry.linkname = tarfile.SYMTYPE, target
            archive.addfile(entry)
    return out.getvalue()
