"""The download of FLORES-200 as a job and on the Premium page, against a server on this machine that misbehaves."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest
from streamlit.testing.v1 import AppTest

from core.corpora.sources import flores200
from core.counting import brought
from core.jobs.job import State
from core.jobs.queue import Jobs
from core.tokenizers.catalog import open_tokenizer
from tests.jobs_home import PATIENCE, jobs_home
from tests.pages import forget, opened

SIZE = flores200.REMOTE.n_bytes


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    monkeypatch.setattr(flores200, "_BESIDE", tmp_path / "nowhere")
    with jobs_home(tmp_path / "home"):
        yield tmp_path / "home"
    forget()


@pytest.fixture
def mirror(monkeypatch: pytest.MonkeyPatch) -> Iterator[dict[str, int]]:
    """A server that sends zeros: as many as it is told, and breaks off there."""
    behaviour = {"sends": SIZE}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(SIZE))
            self.end_headers()
            self.wfile.write(bytes(behaviour["sends"]))

        def log_message(self, *_: object) -> None:
            pass

    served = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=served.serve_forever, daemon=True).start()
    monkeypatch.setenv("TOKEN_ATLAS_FLORES200_URL", f"http://127.0.0.1:{served.server_port}/flores.tar.gz")
    yield behaviour
    served.shutdown()
    served.server_close()


def page() -> AppTest:
    key = brought.in_link(brought.keep(open_tokenizer("builtin:words").info))
    return opened("premium", counted=["gpt-2", key])


def after_download(app: AppTest) -> str:
    """Press Download, wait for the job, and say what the page says."""
    next(button for button in app.button if button.label == "Download").click().run()
    assert not app.exception
    jobs = Jobs()
    job = next(job for job in jobs.newest() if job.kind == "fetch")
    assert jobs.wait(job.key, PATIENCE).state is State.FAILED
    app.run()
    assert not app.exception and len(app.error) == 1
    assert any(button.label == "Try again" for button in app.button)
    return app.error[0].value.replace("\\", "")


def stored(home: Path) -> list[str]:
    return sorted(path.name for path in (home / "corpora").glob("*"))


def test_a_wrong_checksum_is_one_message_and_leaves_nothing(mirror: dict[str, int], own_home: Path) -> None:
    assert "wrong checksum" in after_download(page())
    assert stored(own_home) == []


def test_a_download_that_breaks_off_says_how_far_it_came_and_nothing_counts_as_the_text(
    mirror: dict[str, int], own_home: Path
) -> None:
    mirror["sends"] = SIZE // 2
    assert "MB have arrived; try again to continue" in after_download(page())
    assert stored(own_home) == ["flores200_dataset.tar.gz.part"]
    with pytest.raises(flores200.UserError, match="not on this machine"):
        flores200.CORPUS.open("", "")


def test_without_a_network_the_message_says_what_to_do(monkeypatch: pytest.MonkeyPatch, own_home: Path) -> None:
    monkeypatch.setenv("TOKEN_ATLAS_FLORES200_URL", "http://127.0.0.1:9/flores.tar.gz")
    message = after_download(page())
    assert "could not be downloaded" in message and "name the folder" in message
    assert stored(own_home) == []
