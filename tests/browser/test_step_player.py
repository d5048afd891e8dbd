"""The steps of a model in a real browser: one at a time, by hand, by keyboard, and played."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from core.common.text_link import to_link

pytestmark = pytest.mark.browser

APP = Path(__file__).parents[2] / "app.py"


@pytest.fixture
def explain(open_page: Callable[..., Page], app_server: Callable[..., str]) -> Callable[..., Page]:
    def go(spec: str, text: str) -> Page:
        page = open_page()
        page.clock.install()
        page.goto(f"{app_server(APP)}/?tool=How+it+got+there&tokenizers={spec}&text={to_link(text)}")
        page.locator(".sp-said").wait_for()
        return page

    return go


def nodes(page: Page) -> list[str]:
    """The nodes shown, each by its letters."""
    groups = page.locator(".sp-tree g")
    return groups.evaluate_all(  # type: ignore[no-any-return]
        "all => all.filter(g => g.style.display !== 'none').map(g => g.querySelector('text').textContent)"
    )


def test_a_whole_word_is_merged_step_by_step(explain: Callable[..., Page]) -> None:
    page = explain("mistral:tekken", "language")
    page.get_by_text("takes it at once and asks no merges").wait_for()
    assert nodes(page) == list("language")
    page.locator(".sp").focus()
    page.keyboard.press("ArrowRight")
    expect(page.locator(".sp-said")).to_contain_text("Step 1 of")
    assert len(nodes(page)) == len("language") + 1
    page.keyboard.press("End")
    assert nodes(page)[-1] == "language"
    expect(page.locator(".sp-said")).to_contain_text("→ language, merge rank")
    page.keyboard.press("ArrowLeft")
    assert "language" not in nodes(page)
    page.keyboard.press("Home")
    page.get_by_role("button", name="One step on").click()
    expect(page.locator(".sp-said")).to_contain_text("Step 1 of")


def test_it_plays_and_pauses(explain: Callable[..., Page]) -> None:
    page = explain("mistral:tekken", "strawberry")
    page.locator(".sp").focus()
    page.keyboard.press("Space")
    expect(page.locator(".sp-play")).to_have_text("Pause")
    expect(page.locator(".sp-said")).to_contain_text("Step 3 of")
    page.keyboard.press("Space")
    said = page.locator(".sp-said").inner_text()
    expect(page.locator(".sp-play")).to_have_text("Play")
    page.clock.fast_forward(60_000)
    assert page.locator(".sp-said").inner_text() == said


def test_no_letters_stand_on_a_line_or_beyond_their_box(explain: Callable[..., Page]) -> None:
    page = explain("mistral:tekken", "strawberry")
    page.locator(".sp").focus()
    page.keyboard.press("End")
    wrong = page.locator(".sp-tree svg").evaluate(
        """svg => [...svg.querySelectorAll('g')].filter(g => {
          const box = g.querySelector('rect').getBoundingClientRect();
          const text = g.querySelector('text').getBoundingClientRect();
          return text.left < box.left - 0.5 || text.right > box.right + 0.5;
        }).map(g => g.textContent)"""
    )
    assert wrong == []
    lines = page.locator(".sp-tree path").evaluate_all("all => all.map(p => p.getBoundingClientRect().height)")
    assert all(height >= 10 for height in lines)


def test_a_character_without_a_piece_falls_apart_into_bytes(explain: Callable[..., Page]) -> None:
    page = explain("mistral:v1", "ቋ")
    page.locator(".sp").focus()
    page.keyboard.press("End")
    assert "⟨e1⟩" in nodes(page)
    assert "ቋ" not in nodes(page)
