"""The whole life of a run in a real Chromium: upload, submit, close the tab, kill -9 everything, start again, resume,
finish, open, export; and the numbers are those of an undisturbed count."""

from __future__ import annotations

import os
import re
import signal
import subprocess
import sys
import urllib.request
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import numpy as np
import pytest
from playwright.sync_api import Page
from safetensors.numpy import load_file

from benchmarks.server import free_port
from core.jobs.store.index import Index
from core.tokenizers.catalog import open_tokenizer
from tests.browser.conftest import open_button
from tests.jobs_home import daemon_pid, jobs_home, kill_workers, until

ROOT = Path(__file__).parents[2]
LINES = {
    "eng_Latn": [f"The cat number {n} sat on a mat of {n * 7} threads and looked at the moon." for n in range(14_000)],
    "deu_Latn": [f"Die Katze Nummer {n} saß auf {n * 7} Fäden und sah dem Mond zu, größer." for n in range(14_000)],
    "tha_Thai": [f"แมวตัวที่ {n} นั่งบนเสื่อที่มี {n * 7} เส้น" for n in range(14_000)],
}
pytestmark = [pytest.mark.browser, pytest.mark.slow]


def serve(home: Path, port: int) -> subprocess.Popen[bytes]:
    """A server, once it answers."""
    command = [sys.executable, "-m", "streamlit", "run", "app.py", "--server.port", str(port)]
    command += ["--server.address", "127.0.0.1", "--server.fileWatcherType", "none"]
    settings = {**os.environ, "TOKEN_ATLAS_HOME": str(home), "TOKEN_ATLAS_JOB_SLOTS": "1"}
    with (home.parent / "server.log").open("ab") as log:
        process = subprocess.Popen(command, cwd=ROOT, env=settings, stdout=log, stderr=log)

    def answers() -> bool:
        with suppress(OSError), urllib.request.urlopen(f"http://127.0.0.1:{port}/_stcore/health", timeout=10):
            return True
        return False

    until(answers)
    return process


def done(home: Path) -> float:
    """Sentences counted so far, by the store's own record; 0 while there is none."""
    index = Index(home / "store", lambda connection: None)
    with index.reading() as connection:
        row = connection.execute("SELECT done FROM jobs").fetchone()
    index.close()
    return float(row["done"]) if row else 0.0


def test_a_run_outlives_its_tab_and_its_server(open_page: Callable[..., Page], tmp_path: Path) -> None:
    home = tmp_path / "home"
    port = free_port()
    with jobs_home(home):
        home.mkdir()
        server = serve(home, port)
        try:
            tab = open_page()
            submit(tab, port)
            until(lambda: done(home) > 15_000)
            for pid in (server.pid, daemon_pid(home)):
                os.kill(pid, signal.SIGKILL)
            kill_workers(home)
            server.wait()
            kept = done(home)
            server = serve(home, port)
            page = tab.context.new_page()
            resume(page, port)
            tokens = look_and_export(page, tmp_path / "exported.safetensors")
        finally:
            server.kill()
            server.wait()
    assert 0 < kept < 3 * 3 * 14_000
    expected = np.array(
        [[open_tokenizer(spec).count(lines).tokens for lines in LINES.values()] for spec in SPECS]
    )  # (K, L, N)
    assert np.array_equal(tokens, expected)


SPECS = ("mistral:v1", "mistral:tekken", "builtin:utf8-bytes")


def submit(page: Page, port: int) -> None:
    """Upload the corpus, choose three tokenizers, count, and close the tab."""
    page.goto(f"http://127.0.0.1:{port}/runs?" + "&".join(f"tokenizers={spec}" for spec in SPECS))
    page.get_by_role("button", name="Count a corpus").first.click()
    page.get_by_role("combobox", name="Corpus").first.click()
    page.get_by_text("Upload a file …").first.click()
    rows = "\n".join(",".join(f'"{line}"' for line in row) for row in zip(*LINES.values(), strict=True))
    content = f"{','.join(LINES)}\n{rows}\n".encode()
    chooser = page.locator("input[type=file]").last
    chooser.set_input_files({"name": "cats.csv", "mimeType": "text/csv", "buffer": content})
    page.get_by_text("3 languages with 14 000 sentences each").first.wait_for()
    page.get_by_text(re.compile("Takes .* on an idle machine")).first.wait_for()
    page.get_by_role("button", name="Count", exact=True).first.click()
    page.get_by_text("3 tokenizers on cats.csv, 3 languages").first.wait_for()
    page.close()


def resume(page: Page, port: int) -> None:
    """Find it interrupted, with what was kept, and let it go on."""
    page.goto(f"http://127.0.0.1:{port}/runs")
    page.get_by_text("Its finished pieces are kept: Resume goes on from there.").first.wait_for()
    page.get_by_text(re.compile(r"Stopped at [\d\s]+ of 126\s000 sentences")).first.wait_for()
    page.get_by_role("button", name="Resume").first.click()
    open_button(page).wait_for()
    page.get_by_text("started 2 times").first.wait_for()


def look_and_export(page: Page, path: Path) -> np.ndarray:
    """Open the table, and the exported tokens."""
    open_button(page).click()
    page.get_by_text("3 languages, 42 000 sentences.").first.wait_for()
    with page.expect_download() as download:
        page.get_by_role("button", name="Export").first.click()
    download.value.save_as(path)
    return load_file(path)["tokens"]
