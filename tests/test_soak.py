"""The soak benchmark's visitors see what a person sees; the soak itself is `python -m benchmarks.soak`."""

import asyncio
from collections.abc import Coroutine
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeVar

import pytest

from benchmarks.__main__ import NAMES
from benchmarks.server import ROOT, server
from benchmarks.visitor import Broken, Visitor
from tests.jobs_home import jobs_home

Result = TypeVar("Result")
SPECS = ("mistral:v1", "builtin:utf8-bytes")


async def typed(address: str, name: str) -> list[bool]:
    async with Visitor(address, SPECS) as visitor:
        return [await visitor.type(f"{name} {'Größe 你好 ' * n}") for n in range(1, 4)]


async def several(address: str) -> list[list[bool]]:
    return await asyncio.gather(*(typed(address, name) for name in ("one", "two", "three")))


async def mistaken(address: str) -> None:
    async with Visitor(address, ("builtin:no-such-rule",)):
        pass


def apart(work: Coroutine[Any, Any, Result]) -> Result:
    """What it comes to, in a thread of its own: browser tests leave an event loop running in this one."""
    with ThreadPoolExecutor(1) as pool:
        return pool.submit(asyncio.run, work).result()


@pytest.mark.slow
def test_several_visitors_type_and_see_their_own_text(tmp_path: Path) -> None:
    with jobs_home(tmp_path), server(ROOT / "app.py") as app:
        assert apart(several(app.address)) == [[True] * 3] * 3
        with pytest.raises(Broken, match="There is no built"):
            apart(mistaken(app.address))


def test_every_benchmark_that_can_be_named_can_be_run() -> None:
    assert all("\ndef run(" in (ROOT / "benchmarks" / f"{name}.py").read_text(encoding="utf-8") for name in NAMES)
