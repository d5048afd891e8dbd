"""Steady typing in a real Chromium: how long after its last key each word stands among the drawn tokens.

Nobody waits for the picture, so a page that falls behind stays behind; a picture may bring several words at once.
"""

import numpy as np
from playwright.sync_api import Page, sync_playwright

from benchmarks.keys import processor_seconds
from benchmarks.measure import markdown
from benchmarks.page import SPECS, chromium
from benchmarks.server import ROOT, server

EVERY = 80  # ms between keys: about 150 words a minute
WORDS = [f"w{n:03d}" for n in range(30)]  # all different
SPACED = 5  # keys a word, with its space

# Notes when each key was pressed, and the first frame that shows each word.
_WATCH = """([words, keys]) => {
    const pressed = [], lags = [];
    document.addEventListener("keydown", () => pressed.push(performance.now()), {capture: true});
    const roots = [document];
    for (const root of roots)
        for (const element of root.querySelectorAll("*")) if (element.shadowRoot) roots.push(element.shadowRoot);
    const shows = (word) => roots.some((root) =>
        [...root.querySelectorAll(".ta-text")].some((element) => element.textContent.includes(word)));
    window.lags = new Promise((done) => {
        const look = () => {
            while (lags.length < words.length && shows(words[lags.length]))
                lags.push(performance.now() - pressed[keys * (lags.length + 1) - 2]);
            if (lags.length < words.length) requestAnimationFrame(look);
            else done(lags);
        };
        look();
    });
}"""


def lags(page: Page) -> list[float]:
    """Milliseconds from each word's last letter to the frame that shows it."""
    page.locator("textarea").fill("Now: ")
    page.locator(".ta-text", has_text="Now:").first.wait_for()
    page.locator(".ta-text", has_text=WORDS[0]).first.wait_for(state="hidden")
    page.evaluate(_WATCH, [WORDS, SPACED])
    page.locator("textarea").press_sequentially("".join(f"{word} " for word in WORDS), delay=EVERY)
    found: list[float] = page.evaluate("() => window.lags")
    return found


def run() -> str:
    """One row.

    Raises:
        UserError: no browser is installed.
    """
    with sync_playwright() as playwright, server(ROOT / "app.py") as app:
        browser = chromium(playwright)
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        page.set_default_timeout(300_000)
        page.goto(f"{app.address}/?{'&'.join(f'tokenizers={spec}' for spec in SPECS)}")
        page.locator(".ta-text").first.wait_for()
        lags(page)  # once, so that all is open
        before = processor_seconds(app)
        found = lags(page)
        server_ms = (processor_seconds(app) - before) * 1000 / (SPACED * len(WORDS))
        browser.close()
    middle, late, worst = np.quantile(found, [0.5, 0.95, 1.0])
    return markdown(
        "Steady typing",
        ["keys", "median lag", "95th percentile", "longest", "server, processor time a key"],
        [
            [
                f"{SPACED * len(WORDS)}, one every {EVERY} ms",
                *(f"{ms:,.0f} ms" for ms in (middle, late, worst, server_ms)),
            ]
        ],
    )
