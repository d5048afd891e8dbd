"""The lecture mode in a real Chromium: one click, progress, the picture, another view, the link in a fresh browser."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core.lab.lecture import lecture_plan

APP = Path(__file__).parents[2] / "app.py"
pytestmark = [pytest.mark.browser, pytest.mark.slow]


def test_one_click_shows_a_transplant_that_others_can_look_at(
    open_page: Callable[..., Page], app_server: Callable[..., str]
) -> None:
    if lecture_plan() is None:
        pytest.skip("the shipped models are not in this copy")
    address = app_server(APP)
    page = open_page()
    page.goto(f"{address}/transplants")
    page.get_by_role("button", name="Show it on the shipped models").click(timeout=60_000)
    expect(page.get_by_text("models", exact=False).first).to_be_visible(timeout=60_000)
    expect(page.get_by_role("button", name="Cancel")).to_be_visible(timeout=60_000)
    expect(page.locator(".st-key-picture")).to_be_visible(timeout=240_000)
    expect(page.get_by_role("button", name="Cancel")).to_have_count(0, timeout=240_000)
    expect(page.locator(".st-key-picture")).to_have_count(1, timeout=60_000)  # the one before is kept until it is drawn
    picture = page.locator(".st-key-picture").bounding_box()
    assert picture is not None
    assert picture["y"] + picture["height"] <= 800, "the picture is in view without scrolling"
    page.get_by_role("radio", name="Tokens").or_(page.get_by_role("button", name="Tokens")).first.click()
    expect(page.locator(".st-key-classes")).to_be_visible(timeout=60_000)
    link = page.url
    assert "run=" in link and "lab=Tokens" in link

    other = open_page(width=390, dark=True)
    other.goto(link)
    expect(other.locator(".st-key-picture")).to_be_visible(timeout=60_000)
    expect(other.locator(".st-key-classes")).to_be_visible(timeout=60_000)
    assert other.evaluate("document.documentElement.scrollWidth") <= 390

    other.get_by_role("button", name="Change it").click()
    expect(other.get_by_role("button", name="Compare")).to_be_enabled(timeout=60_000)
    other.wait_for_function("location.search.includes('plan=')", timeout=60_000)
