"""A real Chromium and a real Streamlit server for the tests in this folder."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, Locator, Page, expect, sync_playwright

from benchmarks.server import free_port
from components.segmentation.token_view.component import TokenView
from tests.browser.harness.standalone import standalone_html
from tests.browser.harness.token_page import PROBES, Mount
from tests.node import missing

PATIENCE = 240  # seconds; only so that nothing hangs for ever
ROOT = Path(__file__).resolve().parents[2]
# First the one without windows: the others draw a window with its tabs and buttons for each test, three times the work.
BROWSERS = ("chromium-headless-shell", "chromium", "google-chrome", "chromium-browser", "chrome")
ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
# What is to come is waited for by `wait_for`: at each look that fails, `expect` describes the whole page besides, which
# took a tenth of what Chromium did here.
expect.set_options(timeout=1000 * PATIENCE)


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Path of an installed Chromium or Chrome; without one the test is skipped, or fails where CI=true."""
    named = os.environ.get("TOKEN_ATLAS_CHROMIUM")
    found = named or next(filter(None, map(shutil.which, BROWSERS)), None)
    if not found or not Path(found).exists():
        missing(f"no browser: set TOKEN_ATLAS_CHROMIUM or install one of {', '.join(BROWSERS)}")
    return found


@pytest.fixture(scope="session")
def browser(chromium_path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def open_page(browser: Browser) -> Iterator[Callable[..., Page]]:
    """Opens pages in contexts of their own: `open_page(width=390, dark=True)`. A script error fails the test."""
    contexts, errors = [], []

    def open_one(*, width: int = 1280, height: int = 800, dark: bool = False, **options: object) -> Page:
        context = browser.new_context(
            viewport={"width": width, "height": height},
            color_scheme="dark" if dark else "light",
            **options,  # type: ignore[arg-type]
        )
        context.set_default_timeout(1000 * PATIENCE)
        contexts.append(context)
        page = context.new_page()
        page.on("pageerror", lambda error: errors.append(str(error)))
        return page

    yield open_one
    for context in contexts:
        context.close()
    assert not errors, errors


@pytest.fixture(scope="session")
def app_server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[..., str]]:
    """Starts `streamlit run SCRIPT` on a free port, below a path if asked, once per script unless `fresh`."""
    running: dict[Path, str] = {}
    processes: list[subprocess.Popen[bytes]] = []

    def start(script: Path, *, fresh: bool = False, base: str = "", **environment: str) -> str:
        if script in running and not fresh:
            return running[script]
        port = free_port()
        home = tmp_path_factory.mktemp("home")
        log = (home / "server.log").open("wb")
        command = [sys.executable, "-m", "streamlit", "run", str(script), "--server.port", str(port)]
        command += ["--server.address", "127.0.0.1", "--server.headless", "true", "--browser.gatherUsageStats", "false"]
        command += ["--server.fileWatcherType", "none"]
        if base:
            command += ["--server.baseUrlPath", base]
        settings = {**os.environ, "PYTHONPATH": str(ROOT), "TOKEN_ATLAS_HOME": str(home), **environment}
        process = subprocess.Popen(command, cwd=ROOT, env=settings, stdout=log, stderr=log)
        processes.append(process)
        address = f"http://127.0.0.1:{port}/{base}".rstrip("/")
        until = time.monotonic() + PATIENCE
        while time.monotonic() < until:
            if process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(address + "/_stcore/health", timeout=10):
                    if not fresh:  # a fresh one may have settings of its own
                        running[script] = address
                    return address
            except OSError:
                time.sleep(0.1)
        pytest.fail(f"{script.name} did not start:\n{(home / 'server.log').read_text(errors='replace')[-2000:]}")

    yield start
    for process in processes:
        process.terminate()
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()


def drawn_box(page: Page, selector: str) -> dict[str, float]:
    """Where the one element of this selector is that is not of the drawing before, as DOMRect has it, px."""
    one = "s => [...document.querySelectorAll(s)].filter(e => e.dataset.stale !== 'true')"
    found = page.wait_for_function(
        f"s => {{ const all = ({one})(s); return all.length === 1 && all[0] }}", arg=selector
    )
    return dict(found.evaluate("e => e.getBoundingClientRect().toJSON()"))


def open_button(page: Page) -> Locator:
    """The button that opens the newest result on the page Runs; arrows of choosers are called Open as well."""
    return page.locator('[class*="st-key-open_"]').get_by_role("button").first


STILL = """() => {
    const state = document.querySelector('[data-testid="stApp"]')?.dataset.testScriptState;
    const stale = document.querySelectorAll('[data-stale="true"]').length;
    const boxes = [...document.querySelectorAll('[class*="st-key-"]')].map((e) => e.getBoundingClientRect());
    const now = JSON.stringify([state, stale, boxes]);
    window.nStill = window.seenLast === now ? window.nStill + 1 : 0;
    window.seenLast = now;
    return state === "notRunning" && !stale && window.nStill > 2;
}"""


def stands_still(page: Page) -> None:
    """Wait until the script has ended, nothing of a drawing before is left, and nothing moved for half a second.

    Five looks a second: one at each frame takes a seventh of all that Chromium does in the tests of accessibility.
    """
    page.wait_for_function(STILL, polling=200)


@pytest.fixture
def mount(open_page: Callable[..., Page], tmp_path: Path) -> Mount:
    """Shows a view in a page of its own."""

    def show(view: TokenView, *, script: str = "", **options: Any) -> Page:
        page = open_page(**options)
        if script:
            page.add_init_script(script)
        path = tmp_path / "view.html"
        path.write_text(standalone_html(view), encoding="utf-8")
        page.goto(path.as_uri())
        page.evaluate("document.fonts.ready")
        page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
        page.evaluate(PROBES)
        return page

    return show
