"""Somebody hostile on a server: what was tried against it by hand, again and again, from uploads, links and routes."""

import asyncio
import json
import random
import time
import urllib.error
import urllib.request
from collections import Counter
from collections.abc import Callable
from contextlib import suppress

from websockets.exceptions import WebSocketException

from benchmarks.visitor import Broken, Visitor
from core.corpora.text_uploads import keep_text
from core.corpora.uploads import keep_corpus
from core.lab.link import plan_to_link
from core.lab.plan import Choice, Plan
from core.tokenizers.uploads import keep_upload
from tests.hostile import split_by
from tests.tiny import byte_level_bpe

RARE = "丂"
LINES = 400_000  # of a corpus of a few kilobytes, packed


def inflating() -> bytes:
    """A tokenizer whose normaliser writes a million characters for one."""
    content = json.loads(byte_level_bpe())
    content["normalizer"] = {"type": "Replace", "pattern": {"String": RARE}, "content": "A" * 1_000_000}
    return json.dumps(content).encode()


class Hostile:
    """One hostile session; `attempts` says what it did and how that ended."""

    def __init__(self, address: str, seed: int) -> None:
        self._address, self._chance, self._n = address, random.Random(seed), 0
        self.attempts: Counter[str] = Counter()
        self._bomb = keep_upload({"tokenizer.json": inflating()})
        self._loop = keep_upload(split_by("(z+)+q")())
        self._corpus = keep_corpus("big.csv", b"eng_Latn,deu_Latn\n" + b"a,b\n" * LINES).spec

    async def go_on(self, until: float) -> None:
        """One attempt after another until the time is over."""
        ways: list[tuple[str, Callable[[], object]]] = [
            ("a text for a normaliser that inflates", lambda: self._type(self._bomb, RARE * 2_000)),
            ("a text for a pattern that backtracks", lambda: self._type(self._loop, ("z" * 25 + "! ") * 500)),
            ("a plan with either", self._plan),
            ("a corpus of 800,000 lines", lambda: self._page("premium", f"corpus={self._corpus}")),
            ("an upload without a session", self._upload),
            ("a page under another host's name", self._host),
            ("a tab that is closed at once", self._leave),
        ]
        while time.monotonic() < until:
            name, attempt = self._chance.choice(ways)
            self._n += 1
            with suppress(OSError, Broken, TimeoutError, WebSocketException):
                await asyncio.wait_for(attempt(), max(1.0, min(60.0, until - time.monotonic())))  # type: ignore[arg-type]
            self.attempts[name] += 1

    async def _type(self, spec: str, text: str) -> None:
        async with Visitor(self._address, (spec,)) as visitor:
            await visitor.type(f"{text} {self._n}")

    async def _plan(self) -> None:
        spec = self._chance.choice((self._bomb, self._loop))
        text = keep_text("text.txt", f"{RARE * 500} {'z' * 25}! {self._n}".encode())
        plan = Plan(
            "shipped:tiny-english", spec, methods=(Choice("subword_mean"),), corpus="", files=(text,), sentences=100
        )
        await self._page("transplants", f"plan={plan_to_link(plan)}")

    async def _page(self, name: str, query: str) -> None:
        visitor = Visitor(self._address, ())
        await visitor.open(name, query)

    async def _leave(self) -> None:
        with suppress(TimeoutError):
            await asyncio.wait_for(self._plan(), 0.5)

    async def _upload(self) -> None:
        await asyncio.to_thread(self._sent, "/_stcore/upload_file/none/none", bytes(2**22))

    async def _host(self) -> None:
        await asyncio.to_thread(self._sent, "/", None, Host="rebind.evil.example")

    def _sent(self, path: str, body: bytes | None, **headers: str) -> None:
        request = urllib.request.Request(
            self._address + path, body, headers, method="PUT" if body is not None else "GET"
        )
        try:
            urllib.request.urlopen(request, timeout=10).close()
        except urllib.error.HTTPError as error:
            self.attempts[f"refused with {error.code}"] += 1
        else:
            self.attempts["NOT REFUSED: " + path] += 1
