"""The page in a real Chromium: from key press to painted boxes, and from a fresh server to first content.

Alternatives, measured in the same run: a Streamlit page whose editor component echoes its text, and a one-line hello.
"""

import shutil
import tempfile
import time
from pathlib import Path
from statistics import median

from playwright.sync_api import Browser, Page, Playwright, sync_playwright

from benchmarks.measure import markdown
from benchmarks.server import ROOT, server
from core.common.errors import UserError

ECHO = """
import streamlit as st
from components.widgets.text_editor.component import text_editor

@st.fragment
def echo():
    st.text(text_editor("editor", START, version=0, label="Text to cut into tokens", max_chars=100_000))

START = {start!r}
echo()
"""
ECHO_SERVED = """
import streamlit as st
from components.frame.scripted_component import script_routes

app = st.App({page!r}, routes=script_routes())
"""
HELLO = "import streamlit as st\n\nst.write('hello world')\n"
WORDS = "the quick brown fox jumps over the lazy dog while Straßenbahnhaltestelle наблюдает हिन्दी 你好 "
SPECS = (
    "mistral:v1",
    "mistral:v7",
    "mistral:tekken_240718",
    "mistral:tekken_240911",
    "builtin:utf8-bytes",
    "builtin:words",
)


# Resolves, once the page shows `word` in an element that `selector` finds, with the ms since the next key press.
_WATCH = """([selector, word]) => {
    let pressed = null;
    const onKey = () => { pressed ??= performance.now(); };
    document.addEventListener("keydown", onKey, {capture: true, once: true});
    const roots = [document];
    for (const root of roots) {
        for (const element of root.querySelectorAll("*")) if (element.shadowRoot) roots.push(element.shadowRoot);
    }
    const shows = (root) => [...root.querySelectorAll(selector)].some((e) => e.textContent.includes(word));
    window.seen = new Promise((done) => {
        const look = () => {
            if (roots.some(shows)) requestAnimationFrame(() => done(performance.now() - pressed));
            else requestAnimationFrame(look);
        };
        look();
    });
}"""


def key_to_paint(page: Page, shown: str, rounds: int = 15) -> float:
    """Median seconds from a word's last key to the frame that shows the new text; the debounce is in it."""
    taken = []
    for n in range(rounds):
        word = f" neu{n:02d}x"
        page.locator("textarea").press("Control+End")
        page.keyboard.type(word[:-1])
        page.wait_for_timeout(600)
        page.evaluate(_WATCH, [shown, word.strip()])
        page.keyboard.type(word[-1])
        taken.append(page.evaluate("() => window.seen"))
    return median(taken) / 1000


def first_paint(browser: Browser, script: Path, wanted: str) -> float:
    """Seconds from starting a server's process to first content in a browser that waits for it."""
    with server(script) as fresh:
        page = browser.new_page()
        page.goto(fresh.address)
        page.locator(wanted).first.wait_for()
        taken = time.perf_counter() - fresh.started
        page.close()
    return taken


def chromium(playwright: Playwright) -> Browser:
    """The browser that is installed here.

    Raises:
        UserError: none is.
    """
    names = ("chromium", "google-chrome", "chromium-browser", "chromium-headless-shell")
    found = next(filter(None, map(shutil.which, names)), None)
    if found is None:
        raise UserError("The page benchmarks need Chromium or Chrome. Install one and run them again.")
    return playwright.chromium.launch(executable_path=found, args=["--no-sandbox", "--disable-background-networking"])


def run(rounds: int = 5) -> str:
    """Both measurements as one table.

    Raises:
        UserError: no browser is installed.
    """
    text = (WORDS * 40)[:2000]
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        browser = chromium(playwright)
        drawn, echo, hello = (Path(folder, name) for name in ("drawn.py", "echo.py", "hello.py"))
        drawn.write_text(ECHO.format(start=text))
        echo.write_text(ECHO_SERVED.format(page=str(drawn)))
        hello.write_text(HELLO)
        with server(ROOT / "app.py") as app:
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.goto(f"{app.address}/?{'&'.join(f'tokenizers={spec}' for spec in SPECS)}")
            page.locator("textarea").fill(text)
            page.wait_for_timeout(3000)
            ours = key_to_paint(page, ".ta-text")
        with server(echo) as echoing:
            page = browser.new_page(viewport={"width": 1280, "height": 900})
            page.goto(echoing.address)
            page.locator("textarea").wait_for()
            page.wait_for_timeout(1000)
            echoed = key_to_paint(page, '[data-testid="stText"]')
        paints = [first_paint(browser, ROOT / "app.py", ".ta-text") for _ in range(rounds)]
        hellos = [first_paint(browser, hello, '[data-testid="stMarkdown"]') for _ in range(rounds)]
        browser.close()
    rows = [
        ["key press to painted boxes, 6 tokenizers, 2,000 characters", "a page that echoes the text", ours, echoed],
        ["fresh server to first painted content", "a one-line hello page", median(paints), median(hellos)],
    ]
    return markdown(
        "The page in Chromium",
        ["measured", "against", "ours", "alternative", "ratio"],
        [
            [what, against, f"{a * 1000:,.0f} ms", f"{b * 1000:,.0f} ms", f"{a / b:.2f}×"]
            for what, against, a, b in rows
        ],
    )
