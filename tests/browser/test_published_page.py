"""A published page opens from a disk, without a server or a network, and still hovers and sorts."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from components.publish.page import page as published

pytestmark = pytest.mark.browser

DARK, WHITE, LIGHT_INK, DARK_INK = "rgb(17, 21, 28)", "rgb(255, 255, 255)", "rgb(231, 235, 242)", "rgb(14, 20, 32)"


def opened(page: Page, folder: Path, link: str) -> list[str]:
    """What the page asks for besides itself, and what goes wrong in it."""
    file = folder / "index.html"
    file.write_text(published(link), encoding="utf-8")
    wrong: list[str] = []
    page.on("request", lambda r: None if r.url.startswith((file.as_uri(), "data:", "blob:")) else wrong.append(r.url))
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.goto(file.as_uri())
    return wrong


def test_premium_hovers_and_sorts(open_page: Callable[..., Page], tmp_path: Path) -> None:
    page = open_page()
    wrong = opened(page, tmp_path, "premium?find=Thai,Lao,Burmese&counted=gpt-2&premium=Table&sort=Name")
    chart = page.locator('[data-chart="heatmap"]')
    names = chart.locator(".xaxislayer-above .xtick text")
    expect(names).to_have_text(["Burmese", "Lao", "Thai"])
    box = chart.locator(".bglayer .bg").bounding_box() or chart.locator(".plot").bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] / 6, box["y"] + box["height"] / 2)
    expect(chart.locator(".hoverlayer")).to_contain_text("Burmese costs GPT-2 16.8 times")
    page.get_by_label("Sort by").select_option("Speakers")
    expect(names).to_have_text(["Thai", "Burmese", "Lao"])
    head = page.locator(".scroll").first.locator("th button").first
    first = page.locator(".scroll").first.locator("tbody tr td:first-child")
    head.click()
    expect(first).to_have_text(["Thai", "Lao", "Burmese"])
    head.click()
    expect(first).to_have_text(["Burmese", "Lao", "Thai"])
    first_name, body = names.first, page.locator("body")
    page.emulate_media(color_scheme="dark")
    expect(first_name).to_have_css("fill", LIGHT_INK)
    expect(body).to_have_css("background-color", DARK)
    page.emulate_media(color_scheme="dark", media="print")
    expect(first_name).to_have_css("fill", DARK_INK)
    expect(body).to_have_css("background-color", WHITE)
    assert wrong == []


def test_segmentation_hovers(open_page: Callable[..., Page], tmp_path: Path) -> None:
    page = open_page()
    wrong = opened(page, tmp_path, "segmentation?tokenizers=builtin:words&tokenizers=builtin:utf8-bytes")
    label = page.locator("[data-component] .ta-label bdi").first
    label.wait_for()
    page.locator("[data-component] .ta-stave").first.wait_for()
    page.locator("[data-component] .ta-stave").first.hover(position={"x": 40, "y": 10})
    page.locator(".ta-tip").first.wait_for()
    theme = page.locator("[data-component] [data-theme]").first
    page.emulate_media(color_scheme="dark")
    expect(theme).to_have_attribute("data-theme", "dark")
    page.emulate_media(color_scheme="dark", media="print")
    expect(theme).to_have_attribute("data-theme", "light")
    assert wrong == []
