"""Which lanes and lines of the token view stand: folded, hidden, moved, found."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page

from components.segmentation.token_view.component import (
    FoundInText,
    TokenView,
)
from tests.browser.harness.lanes import (
    characters_lane,
    three_lanes,
    view_of,
    words_lane,
)
from tests.browser.harness.token_page import (
    PROBES,
    Mount,
    click,
    export,
    hover,
    same_view,
    token_name,
)

pytestmark = pytest.mark.browser


def twins(text: str) -> TokenView:
    """Words, and under two more names the same cuts with other ids; then characters."""
    words = words_lane(text)
    others = [replace(words, label=name, spec=name, ids=[n + 7 for n in words.ids]) for name in ("twin", "third")]
    lanes = [replace(lane, cut=0) for lane in (words, *others)]
    return TokenView(text, (*lanes, replace(characters_lane(text), cut=3)))


def labels(page: Page) -> list[str]:
    """Of the lanes, once they are laid out: what is not has no inner text."""
    names = "all('.ta-row:not(.ta-consensus) .ta-label').map(l => l.innerText.replace(/\\n/g, ' '))"
    page.wait_for_function(f"() => {names}.every(Boolean)")
    return list(page.evaluate(names))


def menu(page: Page, name: str) -> None:
    if not page.locator(".ta-panel").is_visible():
        page.locator(".ta-tool").click()
    page.locator(".ta-panel").get_by_label(name, exact=True).click()


def test_lanes_with_the_same_cuts_are_one_until_unfolded(mount: Mount) -> None:
    page = mount(twins("ab cd"))
    assert labels(page) == ["words = twin = third", "characters"]
    tip = hover(page, 0, 0)
    first = ord("a") + ord("b")
    assert f"id\n{first}\n" in tip
    assert f"id in\ntwin {first + 7}" in tip
    x = page.evaluate("(b => b.left + root().querySelector('.ta-track').taBars[1].x)(box('.ta-track'))")
    page.mouse.move(x, page.evaluate("box('.ta-track').top + 12"))
    assert "4 of 4 tokenizers cut here" in page.evaluate("tip()"), "a folded lane counts as what it stands for"
    page.locator(".ta-twins").click()
    assert labels(page) == ["words", "twin", "third", "characters"]
    menu(page, "Fold lanes with the same cuts")
    assert labels(page) == ["words = twin = third", "characters"]


def test_a_folded_lane_and_one_behind_it_report_their_own_rows(mount: Mount) -> None:
    page = mount(twins("ab cd"))
    page.evaluate("tokenView.view.onPick = event => { window.picked = event; }")
    click(page, 1, 2)
    assert page.evaluate("window.picked.lane") == 3, "the fourth tokenizer, though drawn second"


def test_lanes_hide_and_stand_alone(mount: Mount) -> None:
    page = mount(view_of("ab cd"))
    menu(page, "characters")
    assert labels(page) == ["words", "bytes"]
    assert page.locator(".ta-tool").inner_text() == "Lanes (1 hidden)"
    assert "of 2 tokenizers" in bar_words(page)
    menu(page, "words")
    last = page.locator(".ta-panel").get_by_label("bytes", exact=True)
    assert last.is_disabled(), "one lane is always there"
    menu(page, "Show only characters")
    assert labels(page) == ["characters"]
    menu(page, "Show all lanes")
    assert labels(page) == ["words", "characters", "bytes"]


def bar_words(page: Page) -> str:
    page.mouse.move(
        *page.evaluate("(b => [b.left + root().querySelector('.ta-track').taBars[0].x, b.top + 12])(box('.ta-track'))")
    )
    return str(page.evaluate("tip()"))


def test_what_is_hidden_stays_hidden_in_the_next_text_and_in_the_exported_page(
    mount: Mount, open_page: Callable[..., Page], tmp_path: Path
) -> None:
    page = mount(view_of("ab cd"))
    menu(page, "characters")
    page.keyboard.press("Escape")
    same_view(page, view_of("ab cd ef"))
    assert labels(page) == ["words", "bytes"]
    path = tmp_path / "export.html"
    export(page, "HTML", path)
    other = open_page()
    other.goto(path.as_uri())
    other.evaluate(PROBES)
    assert labels(other) == ["words", "bytes"]


def test_only_the_lines_where_they_differ(mount: Mount) -> None:
    text = "a\nb\nab cd\nc"
    page = mount(TokenView(text, (words_lane(text), characters_lane(text))))
    assert page.evaluate("staves().length") == 8
    menu(page, "Only the lines where they differ")
    assert page.evaluate("staves().map(s => s.taLine.text)") == ["ab cd", "ab cd"]
    assert "3 of 4 lines are left out" in page.evaluate("root().querySelector('.ta-left-out').innerText")
    page.keyboard.press("Escape")
    page.locator(".ta-button").focus()
    page.keyboard.press("Tab")
    assert token_name(page).startswith("words, token 5: ab"), "the cursor stands on what is drawn"
    page.keyboard.press("Home")
    assert token_name(page).startswith("words, token 5: ab")
    same_view(page, TokenView("a b", (words_lane("a b"), words_lane("a b", "same"))))
    assert "cut all of this alike" in page.evaluate("root().querySelector('.ta-left-out').innerText")


def test_lanes_are_moved_from_the_menu_and_by_their_labels(mount: Mount) -> None:
    page = mount(view_of("ab cd"))
    page.evaluate("tokenView.view.onOrder = specs => { window.order = specs; }")
    menu(page, "Move bytes up")
    assert page.evaluate("window.order") == ["words", "bytes", "characters"]
    page.keyboard.press("Escape")
    names = page.locator(".ta-row:not(.ta-consensus) .ta-label")
    names.nth(0).drag_to(names.nth(2))
    assert page.evaluate("window.order") == ["characters", "bytes", "words"]


@pytest.mark.parametrize("dense", [False, True])
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("view", ["lanes", "cards"])
def test_what_is_out_of_sight_is_given_the_height_it_will_have(
    mount: Mount, dense: bool, width: int, view: Any
) -> None:
    text = "word and word\n" * 60
    page = mount(replace(view_of(text), view=view, dense=dense), width=width)
    far = "all('.ta-system, .ta-block').at(-2)"
    reserved = page.evaluate(f"{far}.getBoundingClientRect().height")
    page.evaluate(f"{far}.scrollIntoView()")
    page.evaluate("new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)))")
    assert page.evaluate(f"{far}.getBoundingClientRect().height") == pytest.approx(reserved, abs=0.6)


def test_auto_is_lanes_where_there_is_room_and_cards_on_a_phone(mount: Mount) -> None:
    view = replace(view_of("ab cd"), view="auto")
    page = mount(view)
    assert page.evaluate("[all('.ta-system').length, all('.ta-card').length]") == [1, 0]
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function("() => all('.ta-card').length === 3")
    assert mount(view, width=390).evaluate("all('.ta-card').length") == 3


def test_code_stands_in_columns_and_close_together(mount: Mount) -> None:
    text = "iiii = 1\nWWWW = 2"
    heights = []
    for on in (False, True):
        page = mount(TokenView(text, three_lanes(text), mono=on, dense=on))
        columns = page.evaluate("[0, 3].map(k => line(k).x0[5])")
        assert (abs(columns[0] - columns[1]) < 0.1) is on, "the signs = stand under each other only in code"
        heights.append(page.evaluate("box('.ta-system').height"))
        family = page.evaluate("getComputedStyle(root().querySelector('.ta-label')).fontFamily")
        assert "mono" not in family.lower(), "names and buttons keep their letters"
    assert heights[1] < 0.7 * heights[0]


def test_what_is_found_is_marked_on_every_lane(mount: Mount) -> None:
    text = "ab cd ab"
    found = FoundInText("ab", 2, 2, [(0, 2), (6, 8)], (6, 8))
    page = mount(TokenView(text, three_lanes(text), found=found))
    assert page.evaluate("[all('.found').length, all('.now').length]") == [6, 3]
    line, box = page.evaluate("line(0)"), page.evaluate("all('.now')[0].getBBox()") or {}
    x = page.evaluate("+all('.now')[0].getAttribute('x')")
    assert x == pytest.approx(line["x0"][6], abs=0.2), box
