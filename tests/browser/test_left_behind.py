"""A page that a script leaves while a part of it refreshes itself leaves nothing behind that asks."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

pytestmark = [pytest.mark.browser, pytest.mark.slow]


class SlowWire:
    """A network on which answers wait, once it is told so, until the browser has asked some times more."""

    def __init__(self) -> None:
        self.n_waiting = 0  # how many questions more
        self.held: list[Callable[[], None]] = []

    def route(self, browser: WebSocketRoute) -> None:
        server = browser.connect_to_server()

        def asked(message: str | bytes) -> None:
            server.send(message)
            self.n_waiting -= 1
            if self.n_waiting <= 0:
                for send in self.held:
                    send()
                self.held.clear()

        def answered(message: str | bytes) -> None:
            if self.n_waiting > 0:
                self.held.append(lambda: browser.send(message))
            else:
                browser.send(message)

        browser.on_message(asked)
        server.on_message(answered)


def test_clocks_of_the_page_that_was_left_do_not_whiten_the_next(
    open_page: Callable[..., Page], app_server: Callable[..., str]
) -> None:
    page, wire = open_page(), SlowWire()
    page.route_web_socket(re.compile("_stcore/stream"), wire.route)
    page.goto(app_server(Path(__file__).parent / "harness" / "two_pages.py"))
    page.get_by_text(re.compile("ticks [1-9]")).wait_for()
    wire.n_waiting = 8  # that of the button, and seven of a clock that has not heard of it
    page.get_by_role("button", name="Go").click(force=True)
    page.get_by_text("The other page").wait_for()
    ticks = page.get_by_text(re.compile("ticks "))
    later = int(ticks.inner_text().split()[1]) + 10
    seen = "+(document.querySelector('#root').innerText.match(/ticks (\\d+)/) ?? [0, later])[1]"  # or the page is white
    page.wait_for_function(f"later => {seen} >= later", arg=later)
    page.get_by_text("The other page").wait_for()
    expect(ticks).to_have_count(1)
