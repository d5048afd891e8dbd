"""Downloads against a server on this machine that can be told to misbehave."""

import hashlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from core.common.download import Remote, download
from core.common.errors import UserError
from core.common.progress import listening

CONTENT = bytes(range(256)) * 4_000  # about 1 MB


@dataclass
class Behaviour:
    content: bytes = CONTENT
    cut_after: int | None = None
    status: int = 200
    ranges: bool = True
    asked: list[str] = field(default_factory=list)


@pytest.fixture
def server() -> Iterator[tuple[Remote, Behaviour]]:
    behaviour = Behaviour()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            wanted = self.headers.get("Range", "")
            behaviour.asked.append(wanted)
            start = int(wanted[6:-1]) if wanted and behaviour.ranges else 0
            if behaviour.status != 200:
                self.send_error(behaviour.status)
                return
            body = behaviour.content[start:]
            self.send_response(206 if start else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: behaviour.cut_after])

        def log_message(self, *_: object) -> None:
            pass

    served = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=served.serve_forever, daemon=True).start()
    url = f"http://127.0.0.1:{served.server_port}/flores.tar.gz"
    yield (
        Remote(url, hashlib.sha256(CONTENT).hexdigest(), len(CONTENT), "FLORES-200", "Or name a folder."),
        behaviour,
    )
    served.shutdown()
    served.server_close()


def test_it_arrives_whole_with_progress(server: tuple[Remote, Behaviour], tmp_path: Path) -> None:
    seen = []
    with listening(lambda done, total, stage: seen.append((done, total, stage))):
        download(server[0], tmp_path / "x")
    assert (tmp_path / "x").read_bytes() == CONTENT
    assert seen[-1] == (len(CONTENT), len(CONTENT), "Downloading FLORES-200") and len(seen) > 2
    assert [p.name for p in tmp_path.iterdir()] == ["x"]


def test_what_is_there_is_not_fetched_again(server: tuple[Remote, Behaviour], tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(b"kept")
    download(server[0], tmp_path / "x")
    assert server[1].asked == [] and (tmp_path / "x").read_bytes() == b"kept"


def test_a_download_cut_in_the_middle_is_continued(server: tuple[Remote, Behaviour], tmp_path: Path) -> None:
    remote, behaviour = server
    behaviour.cut_after = 300_000
    with pytest.raises(UserError, match="try again to continue"):
        download(remote, tmp_path / "x")
    assert not (tmp_path / "x").exists()
    behaviour.cut_after = None
    download(remote, tmp_path / "x")
    assert (tmp_path / "x").read_bytes() == CONTENT
    assert behaviour.asked == ["", "bytes=300000-"]


def test_a_server_that_cannot_resume_starts_over(server: tuple[Remote, Behaviour], tmp_path: Path) -> None:
    remote, behaviour = server
    (tmp_path / "x.part").write_bytes(CONTENT[:1000])
    behaviour.ranges = False
    assert download(remote, tmp_path / "x").read_bytes() == CONTENT


def test_a_wrong_checksum_keeps_nothing(server: tuple[Remote, Behaviour], tmp_path: Path) -> None:
    remote, behaviour = server
    behaviour.content = CONTENT[:-1] + b"?"
    with pytest.raises(UserError, match="wrong checksum"):
        download(remote, tmp_path / "x")
    assert list(tmp_path.iterdir()) == []


def test_a_file_that_is_too_large_keeps_nothing(server: tuple[Remote, Behaviour], tmp_path: Path) -> None:
    remote, behaviour = server
    behaviour.content = CONTENT * 2
    with pytest.raises(UserError, match="larger than it should be"):
        download(remote, tmp_path / "x")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("status", [403, 404, 503])
def test_a_refusal_is_told(server: tuple[Remote, Behaviour], tmp_path: Path, status: int) -> None:
    server[1].status = status
    with pytest.raises(UserError, match=f"the server says {status} .* Or name a folder"):
        download(server[0], tmp_path / "x")


def test_no_network_is_told(server: tuple[Remote, Behaviour], tmp_path: Path) -> None:
    with pytest.raises(UserError, match=r"could not be downloaded: .*refused.* Or name a folder"):
        download(replace(server[0], url="http://127.0.0.1:9/x"), tmp_path / "x")
