"""The first picture of a page against a Streamlit page that draws one ready picture, both under our settings.

Processor time, in turns: of a fresh server until the message with the picture arrives, of the server for each later
visitor who speaks its protocol without a browser, and of browser and server together for one who looks; and how long
that one waits, which says something on a quiet machine only.
"""

import asyncio
import json
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import psutil
from playwright.sync_api import Browser, sync_playwright
from streamlit.proto.ForwardMsg_pb2 import ForwardMsg

from benchmarks.keys import processor_seconds, seconds_of
from benchmarks.measure import markdown
from benchmarks.page import chromium
from benchmarks.server import ROOT, Server, server
from benchmarks.visitor import Visitor
from tests.jobs_home import jobs_home

HEATMAP = """
import numpy as np
import plotly.graph_objects as go
import streamlit as st

z = np.random.default_rng(0).random((8, 204))
st.plotly_chart(go.Figure(go.Heatmap(z=z)), key="ready")
"""
PLOT = """
import numpy as np
import plotly.graph_objects as go
import streamlit as st

chance = np.random.default_rng(0)
marks = [go.Scatter(x=chance.random(7), y=chance.random(7), mode="markers") for _ in range(12)]
st.plotly_chart(go.Figure(marks), key="ready")
"""
PAGES = (("premium", "one ready heatmap, 8 × 204", HEATMAP), ("transplants", "one ready plot, 12 × 7 marks", PLOT))
VISITORS, LOOKERS, WAITING, FRESH = 30, 3, 9, 2  # of which the median is taken, after one that warms up
_REST = 1.0  # seconds after a visit, in which the page that was left is put away
DRAWN = ".js-plotly-plot :is(.heatmaplayer image, .scatterlayer .points path)"

Visit = Callable[[Server, str], float]


@dataclass
class Onlooker(Visitor):
    """A visitor who notes what the server had worked when the first picture came, in seconds of its process."""

    app: Server | None = None
    picture_at: float = 0.0

    def _notice(self, answer: ForwardMsg, text: str) -> bool:
        if answer.delta.new_element.WhichOneof("type") == "plotly_chart" and not self.picture_at:
            assert self.app, "given"
            self.picture_at = processor_seconds(self.app)
        return super()._notice(answer, text)


def served(app: Server, page: str) -> float:
    """Seconds of the server until a visitor has the first picture."""
    before = processor_seconds(app)
    return _picture_at(app, page) - before


def _picture_at(app: Server, page: str) -> float:
    visitor = Onlooker(app.address, (), app=app)
    asyncio.run(visitor.open(page, ""))
    return visitor.picture_at


def seen_in(browser: Browser, drawn: str = DRAWN, worked: Callable[[Server], float] | None = None) -> Visit:
    """Seconds of server and browser until this is drawn in a window that has nothing in store.

    Args:
        worked: seconds so far; those of the processors unless given.
    """
    seconds = worked or (lambda app: processor_seconds(app) + browser_seconds())

    def visit(app: Server, page: str) -> float:
        window = browser.new_page(viewport={"width": 1280, "height": 800})
        before = seconds(app)
        window.goto(f"{app.address}/{page}", wait_until="commit", timeout=300_000)
        window.locator(drawn).first.wait_for(state="attached", timeout=300_000)
        taken = seconds(app) - before
        window.close()
        time.sleep(_REST)
        return taken

    return visit


def browser_seconds() -> float:
    """Processor time of all its processes that run now, in seconds."""
    children = psutil.Process().children(recursive=True)
    return sum(seconds_of(each.pid) for each in children if "chrom" in each.name())


def in_turns(visit: Visit, apps: Sequence[tuple[Server, str]], n: int) -> list[float]:
    """Seconds by server and page, medians over n visits."""
    taken = [[visit(app, page) for app, page in apps] for _ in range(n + 1)]
    return [median(times) for times in zip(*taken[1:], strict=True)]


def _fresh(script: Path, page: str) -> float:
    """Seconds from the start of a server's process until its first picture."""
    with server(script) as app:
        return _picture_at(app, page)


@contextmanager
def opened_browser() -> Iterator[Browser]:
    """Chromium, until the block is left."""
    with sync_playwright() as playwright:
        browser = chromium(playwright)
        yield browser
        browser.close()


def run() -> str:
    """Four rows per page.

    Raises:
        UserError: no browser is installed.
    """
    rows = []
    with tempfile.TemporaryDirectory() as folder, jobs_home(Path(folder) / "home"):
        for page, alternative, code in PAGES:
            ready = Path(folder, f"{page}_ready.py")
            ready.write_text(code)
            for what, pair in _measured(page, ready):
                rows.append([page, what, alternative, *_cells(*pair)])
                print(json.dumps(rows[-1]), flush=True)
    title = "The first picture"
    return markdown(title, ["page", "of", "against a page of", "ours", "alternative", "ratio"], rows)


def _measured(page: str, ready: Path) -> Iterator[tuple[str, list[float]]]:
    """What is measured, and seconds of ours and of the alternative."""
    with ExitStack() as stack:
        apps = [(stack.enter_context(server(ROOT / "app.py")), page), (stack.enter_context(server(ready)), "")]
        yield "the server, each later visitor", in_turns(served, apps, VISITORS)
        with opened_browser() as browser:
            yield "browser and server, each later visitor", in_turns(seen_in(browser), apps, LOOKERS)
            waited = seen_in(browser, worked=lambda app: time.perf_counter())
            yield "a later visitor's wait, by the clock", in_turns(waited, apps, WAITING)
    pairs = [(_fresh(ROOT / "app.py", page), _fresh(ready, "")) for _ in range(FRESH)]
    yield "a fresh server", [median(times) for times in zip(*pairs, strict=True)]


def _cells(ours: float, theirs: float) -> list[str]:
    return [f"{ours * 1000:,.0f} ms", f"{theirs * 1000:,.0f} ms", f"{ours / theirs:.2f}×"]
