"""Hovering, pinning, walking by keys and selecting in the token view, in a real browser."""

from __future__ import annotations

import json
import re
from dataclasses import replace
from typing import Any

import pytest
from playwright.sync_api import Page

from components.segmentation.token_view.component import (
    TokenView,
)
from tests.browser.harness.lanes import (
    bytes_lane,
    every_kind_lane,
    three_lanes,
    view_of,
)
from tests.browser.harness.token_page import (
    FOCUSED,
    Mount,
    click,
    hover,
    same_view,
    token_name,
)

pytestmark = pytest.mark.browser


def test_hover_tells_everything_about_a_token(mount: Mount) -> None:
    text, lane = every_kind_lane()
    lane = replace(lane, total=90)
    page = mount(TokenView(text, (lane, bytes_lane(text)), char_offset=1000, byte_offset=3000, first_index=(50, 60)))
    first = hover(page, 0, 1)
    for fact in (
        "token 52 of 90",
        "id\n500",
        "bytes\n61 62",
        "characters 1\u202f001–1\u202f002",
        "bytes 3\u202f001–3\u202f002",
        "ordinary",
        "score −8.31",
    ):
        assert fact in first, fact
    part = hover(page, 0, 3)
    assert "byte 1 of the 3 of" in part
    assert "U+8A9E" in part
    assert "byte fallback" in part
    unknown = hover(page, 0, 6)
    assert "vocabulary bytes\n3c 75 6e 6b 3e" in unknown
    assert "text bytes\n78" in unknown
    inserted = hover(page, 0, 0)
    assert "inserted" in inserted
    assert "<s>" in inserted


def test_hover_lights_the_overlapping_tokens_of_the_other_lanes(mount: Mount) -> None:
    text = "ab cd"
    page = mount(TokenView(text, three_lanes(text)))
    hover(page, 0, 1)  # " cd" overlaps three characters and three bytes
    assert page.evaluate("[lit('main'), lit('also')]") == [1, 6]
    page.mouse.move(5, 5)
    assert page.evaluate("[lit('main'), lit('also'), tip()]") == [0, 0, None]


@pytest.mark.parametrize(("width", "height"), [(1280, 800), (700, 500), (390, 844)])
def test_the_card_is_never_cut_off(mount: Mount, width: int, height: int) -> None:
    text = "The quick brown fox jumps over the lazy dog. " * 6
    page = mount(TokenView(text, three_lanes(text)), width=width, height=height)
    for k in range(page.evaluate("staves().length")):
        x, y = page.evaluate(f"tokenCentre({k}, pieces({k}).at(-1).t)")
        if not 0 < y < height:
            continue
        page.mouse.move(x, y)
        left, top, right, bottom = page.evaluate("tipBox()")
        assert left >= 0
        assert top >= 0
        assert right <= width
        assert bottom <= height


def test_click_pins_and_escape_releases(mount: Mount) -> None:
    page = mount(view_of("ab cd"))
    click(page, 0, 0)
    page.mouse.move(5, 5)
    assert "Pinned" in page.evaluate("tip()")
    page.keyboard.press("Escape")
    assert page.evaluate("tip()") is None


def test_a_pin_survives_a_repaint_while_its_token_is_there(mount: Mount) -> None:
    page = mount(view_of("ab cd"))
    click(page, 0, 1)
    page.mouse.move(5, 5)
    same_view(page, view_of("ab cd ef"))
    assert "Pinned" in page.evaluate("tip()")
    assert page.evaluate("lit('pinned')") == 1
    same_view(page, view_of("other text"))
    assert page.evaluate("tip()") is None


def test_a_click_reports_the_token(mount: Mount) -> None:
    page = mount(replace(view_of("ab cd"), byte_offset=100))
    page.evaluate("tokenView.view.onPick = event => { window.picked = event; }")
    click(page, 1, 3)
    assert page.evaluate("window.picked") == {"lane": 1, "index": 3, "id": ord("c"), "start": 103}


def test_arrow_keys_move_along_and_between_lanes(mount: Mount) -> None:
    page = mount(view_of("ab cd"))
    for _ in range(3):  # the menus Lanes and Export stand before it
        page.keyboard.press("Tab")
    assert page.evaluate(FOCUSED)
    assert token_name(page).startswith("words, token 1: ab")
    page.keyboard.press("ArrowRight")
    assert token_name(page).startswith("words, token 2: space cd")
    assert "space cd" in page.evaluate("root().querySelector('.ta-live').textContent")
    assert "id\n" in page.evaluate("tip()")
    page.keyboard.press("ArrowDown")
    assert token_name(page).startswith("characters, token 3: space")
    page.keyboard.press("End")
    assert token_name(page).startswith("characters, token 5: d")
    page.keyboard.press("ArrowUp")
    assert token_name(page).startswith("words, token 2")
    page.keyboard.press("Home")
    assert token_name(page).startswith("words, token 1")
    page.keyboard.press("Enter")
    assert page.evaluate("root().querySelector('.ta-cursor').getAttribute('aria-pressed')") == "true"
    assert page.evaluate("getComputedStyle(root().querySelector('.ta-cursor')).outlineStyle") == "solid"
    page.keyboard.press("Tab")
    assert not page.evaluate(FOCUSED), "one tab stop"


def test_focus_survives_a_repaint(mount: Mount) -> None:
    page = mount(view_of("ab cd"))
    click(page, 0, 1)
    same_view(page, view_of("ab cd ef"))
    assert page.evaluate(FOCUSED)
    assert token_name(page).startswith("words, token 2")


def test_a_touch_pins(mount: Mount) -> None:
    page = mount(view_of("ab cd"), width=390, height=844, has_touch=True)
    page.touchscreen.tap(*page.evaluate("tokenCentre(0, 0)"))
    assert "id" in page.evaluate("tip()")
    page.touchscreen.tap(200, 450)
    assert page.evaluate("tip()") is None


def drag(page: Page, stave: int, start: int, end: int) -> str:
    page.mouse.move(*page.evaluate(f"tokenCentre({stave}, {start})"))
    page.mouse.down()
    page.mouse.move(*page.evaluate(f"tokenCentre({stave}, {end})"), steps=4)
    page.mouse.up()
    return page.evaluate("tip()") or ""


def test_dragging_says_tokens_bytes_and_share_under_each_tokenizer(mount: Mount) -> None:
    page = mount(view_of("one größe three four"))
    said = drag(page, 0, 1, 2)  # " größe three"
    assert "Selected: 12 characters · 14 bytes" in said
    assert re.findall(r"(\d+) tokens", said) == ["2", "12", "14"]
    assert re.findall(r"(\d+)% of all", said) == ["50", "60", "64"]
    assert page.evaluate("lit('main')") == 2
    page.mouse.move(5, 5)
    assert "Selected" in page.evaluate("tip()")
    page.keyboard.press("Escape")
    assert page.evaluate("tip()") is None


def test_a_token_that_reaches_beyond_the_selection_is_told(mount: Mount) -> None:
    page = mount(view_of("one größe three"))
    said = drag(page, 1, 5, 6)  # "rö", within a word
    assert "1 token\n1 reaches beyond it" in said.replace("\t", "\n")
    assert "2 tokens" in said and "3 tokens" in said


def test_shift_and_arrows_select_and_the_ids_can_be_copied(mount: Mount) -> None:
    page = mount(view_of("one two three"))
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    page.keyboard.press("Tab")
    while not page.evaluate(FOCUSED):
        page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Shift+ArrowRight")
    said = page.evaluate("tip()")
    assert "Selected: 10 characters" in said
    page.locator(".ta-copy", has_text="Copy ids").first.click()
    page.locator(".ta-copy", has_text="Copied").wait_for()
    copied = page.evaluate("navigator.clipboard.readText()")
    assert json.loads(copied) == [sum(b" two"), sum(b" three")]
    page.locator(".ta-copy", has_text="Copy text").click()
    page.locator(".ta-selection-head .ta-copy", has_text="Copied").wait_for()
    assert page.evaluate("navigator.clipboard.readText()") == " two three"
    page.evaluate("root().querySelector('.ta-cursor').focus()")
    page.keyboard.press("Shift+Home")
    assert "Selected: 7 characters" in page.evaluate("tip()")  # back from the end, over the token where it began
    page.keyboard.press("ArrowRight")
    assert "Selected" not in (page.evaluate("tip()") or "")


def test_a_click_without_a_drag_still_pins(mount: Mount) -> None:
    page = mount(view_of("one two three"))
    drag(page, 0, 0, 1)
    click(page, 0, 2)
    assert "Pinned" in page.evaluate("tip()")


def test_a_selection_survives_a_repaint_while_its_tokens_are_there(mount: Mount) -> None:
    page = mount(view_of("one two three"))
    drag(page, 0, 0, 1)
    same_view(page, view_of("one two three four"))
    assert "Selected: 7 characters" in page.evaluate("tip()")
    same_view(page, view_of("different"))
    assert page.evaluate("tip()") is None


@pytest.mark.parametrize("view", ["lanes", "cards"])
def test_ids_stand_under_their_boxes_and_never_over_each_other(mount: Mount, view: Any) -> None:
    text = "supercalifragilistic words and a b c d e f g in a row, größer"
    page = mount(replace(view_of(text), ids=True, view=view))
    for lane, tokens in enumerate(three_lanes(text)):
        names = f"staves().filter(s => s.taLane === {lane}).flatMap(s => [...s.querySelectorAll('.tid')])"
        shown = page.evaluate(f"{names}.map(t => +t.textContent)")
        assert set(shown) <= set(tokens.ids)
        assert len(shown) >= 0.6 * len(list(tokens.ids))
        boxes = page.evaluate(
            f"{names}.map(t => t.getBoundingClientRect()).map(b => [b.left, b.right, b.top, b.bottom])"
        )
        for n, (left, right, top, bottom) in enumerate(boxes):
            for other in boxes[n + 1 :]:
                assert right <= other[0] + 1 or other[1] <= left + 1 or bottom <= other[2] + 3 or other[3] <= top + 3
    page = mount(view_of(text))
    assert page.evaluate("all('.tid').length") == 0
