"""What a key press and a first visit cost the server, in processor time, which other work hardly changes.

Alternatives, in turns with ours: a page whose editor component echoes its text, once under our settings and once with
a full collection of garbage after every run, as Streamlit has it by itself; and a one-line hello.
"""

import asyncio
import os
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import AsyncExitStack, ExitStack, contextmanager
from pathlib import Path
from statistics import median

from benchmarks.measure import markdown
from benchmarks.page import ECHO, HELLO, SPECS
from benchmarks.server import ROOT, Server, server
from benchmarks.visitor import Visitor
from core.text.samples import opening_text
from tests.jobs_home import jobs_home

KEYS = 20  # pressed on one server before it is the next one's turn
COLLECTING = {"STREAMLIT_RUNNER_POST_SCRIPT_GC": "true"}


def processor_seconds(app: Server) -> float:
    """Processor time of its process so far."""
    return seconds_of(app.pid)


def seconds_of(pid: int) -> float:
    """Processor time of a process so far, by its own clock: see clock_getcpuclockid(3); 0 if it has ended."""
    try:
        return time.clock_gettime((~pid << 3) | 2)
    except OSError:
        return 0.0


async def per_key(apps: Mapping[str, Server], rounds: int) -> dict[str, float]:
    """Seconds per key by server, the median of the rounds after a first one that warms up."""
    taken: dict[str, list[float]] = {name: [] for name in apps}
    async with AsyncExitStack() as stack:
        people = {name: await stack.enter_async_context(Visitor(app.address, SPECS)) for name, app in apps.items()}
        for turn in range(rounds + 1):
            for name, app in apps.items():
                before, text = processor_seconds(app), f"{opening_text()} {turn}"
                for n in range(KEYS):
                    text += f" {n}"
                    await people[name].type(text)
                taken[name].append((processor_seconds(app) - before) / KEYS)
    return {name: median(each[1:]) for name, each in taken.items()}


def first_page(script: Path) -> float:
    """Seconds from the start of a server's process until its first page is complete."""
    with server(script) as fresh:
        asyncio.run(Visitor(fresh.address, ()).open("", ""))
        return processor_seconds(fresh)


@contextmanager
def environment(more: Mapping[str, str]) -> Iterator[None]:
    """A block in which processes are started with these variables as well."""
    before = dict(os.environ)
    os.environ.update(more)
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def run(rounds: int = 5) -> str:
    """Both as one table."""
    with tempfile.TemporaryDirectory() as folder, jobs_home(Path(folder) / "home"):
        echo, hello = Path(folder, "echo.py"), Path(folder, "hello.py")
        echo.write_text(ECHO.format(start=opening_text()))
        hello.write_text(HELLO)
        with ExitStack() as stack:
            apps = {"ours": stack.enter_context(server(ROOT / "app.py")), "echo": stack.enter_context(server(echo))}
            with environment(COLLECTING):
                apps["collecting"] = stack.enter_context(server(echo))
            keys = asyncio.run(per_key(apps, rounds))
        firsts = [(first_page(ROOT / "app.py"), first_page(hello)) for _ in range(rounds)]
    ours, alone = (median(times) for times in zip(*firsts, strict=True))
    rows = [
        ["a key, 6 tokenizers, the opening text", "a page that echoes, as Streamlit is set", keys["collecting"]],
        ["a key, 6 tokenizers, the opening text", "a page that echoes, as we set Streamlit", keys["echo"]],
        ["a fresh server and its first page", "a one-line hello page", alone],
    ]
    return markdown(
        "Processor time of the server",
        ["measured", "against", "ours", "alternative", "ratio"],
        [
            [what, against, f"{a * 1000:,.0f} ms", f"{b * 1000:,.0f} ms", f"{a / b:.2f}×"]
            for (what, against, b), a in zip(rows, (keys["ours"], keys["ours"], ours), strict=True)
        ],
    )
