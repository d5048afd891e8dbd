"""The Premium page in a real browser: clicks on marks lead to their sentences."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.browser.conftest import stands_still

APP = Path(__file__).parents[2] / "app.py"

THREE = "?find=Thai,Lao,Tamil&counted=gpt-2&counted=cl100k&sort=Name"

pytestmark = pytest.mark.browser


@pytest.fixture
def visit(open_page: Callable[..., Page], app_server: Callable[..., str]) -> Callable[..., Page]:
    """Opens the page with a query, and waits for its first picture."""

    def go(query: str = "", **options: object) -> Page:
        page = open_page(**options)
        page.goto(f"{app_server(APP)}/premium{query}")
        page.locator(".st-key-heatmap_frame .js-plotly-plot .heatmaplayer image").first.wait_for()
        return page

    return go


def click_cell(page: Page, plot: str, across: int, down: int) -> None:
    """Click the cell of the heatmap in this column and row of the picture, when the page is done with the click before.

    A picture that is drawn anew between press and release loses the click, and plotly takes two clicks on different
    cells within 0.3 s for a double click, which selects nothing.
    """
    stands_still(page)
    x, y = page.locator(f"{plot} .js-plotly-plot").evaluate(
        """(plot, [across, down]) => {
            const { xaxis, yaxis } = plot._fullLayout, box = plot.getBoundingClientRect();
            return [box.x + xaxis._offset + xaxis.d2p(across), box.y + yaxis._offset + yaxis.d2p(down)];
        }""",
        [across, down],
    )
    page.mouse.move(x - 3, y)
    page.mouse.move(x, y)
    page.mouse.click(x, y)


def said(page: Page, sentence: str) -> Locator:
    """The sentence that the view opens with; the label that hovers over a mark says the same."""
    return page.get_by_test_id("stMain").locator("strong", has_text=sentence).first


def test_a_text_that_was_brought_stays_when_it_is_counted(visit: Callable[..., Page], tmp_path: Path) -> None:
    """The browser, whose popover was closed, took the choice back with its next message: FLORES-200 stood there."""
    own = tmp_path / "own.csv"
    lines = [f"The sea is calm ({n}).,Das Meer ist ruhig ({n}).,doc {n // 4}" for n in range(60)]
    own.write_text("\n".join(["eng_Latn,deu_Latn,article", *lines]), encoding="utf-8")
    page = visit("?counted=utf8-bytes&counted=characters&premium=Ranked")
    button = page.locator("[class*='st-key-premium_text_'] button").first
    button.click()
    page.locator("input[type=file]").first.set_input_files(own)
    expect(button).to_contain_text("own.csv")
    expect(page.locator(".st-key-ranked .js-plotly-plot .ytick")).to_have_count(2)  # it is counted
    stands_still(page)
    expect(button).to_contain_text("own.csv")
    assert in_link(page)["corpus"][0].endswith("/own.csv")


def in_link(page: Page) -> dict[str, list[str]]:
    return parse_qs(urlsplit(page.url).query)


def test_a_click_on_a_cell_leads_to_its_sentences_again_and_again(visit: Callable[..., Page]) -> None:
    page = visit(THREE, height=3000)  # all of the page in sight, so that nothing moves under the mouse
    wide = ".st-key-heatmap_frame"
    for across, down, sentence in ((0, 0, "Lao costs GPT-2"), (2, 1, "Thai costs cl100k (GPT-4)")) * 2:
        click_cell(page, wide, across, down)
        said(page, sentence).wait_for()
    expect(page).to_have_url(re.compile("language=tha_Thai"))
    assert in_link(page)["premium"] == ["Evidence"]
    assert in_link(page)["tokenizer"] == ["cl100k"]
    page.get_by_test_id("stMain").get_by_text("Ranked", exact=True).click()
    page.locator(".st-key-ranked").first.wait_for()
    click_cell(page, wide, 2, 1)  # the same cell as before: plotly takes it for the end of the selection
    said(page, "Thai costs cl100k (GPT-4)").wait_for()


def test_a_phone_shows_cells_on_its_first_screen_with_numbers_of_a_size(visit: Callable[..., Page]) -> None:
    page = visit(THREE, width=390, height=844, has_touch=True)
    cells = page.locator(".st-key-heatmap_frame .heatmaplayer image").first
    expect(cells).to_be_in_viewport(ratio=1)
    sizes = page.locator(".st-key-heatmap_frame .textpoint text").evaluate_all(
        "all => all.map((one) => getComputedStyle(one).fontSize)"
    )
    assert len(sizes) == 6 and set(sizes) == {"8px"}
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_a_click_brings_the_evidence_into_sight(visit: Callable[..., Page]) -> None:
    page = visit(THREE, height=500)
    page.locator(".st-key-heatmap_frame .js-plotly-plot").scroll_into_view_if_needed()
    click_cell(page, ".st-key-heatmap_frame", 0, 0)
    expect(said(page, "Lao costs GPT-2")).to_be_in_viewport()


def test_the_map_draws_without_a_network_and_a_click_on_a_country_leads_to_its_sentences(
    open_page: Callable[..., Page], app_server: Callable[..., str]
) -> None:
    page, foreign = open_page(height=1600), []
    address = app_server(APP)

    def local_only(route: Route) -> None:
        if route.request.url.startswith((address, "data:", "blob:")):
            route.continue_()
        else:
            foreign.append(route.request.url)
            route.abort()

    page.route("**/*", local_only)
    page.goto(f"{address}/premium?premium=Map&tokenizer=cl100k")
    plot = page.locator(".st-key-map .js-plotly-plot")
    expect(plot.locator(".choroplethlayer path")).to_have_count(239)
    plot.locator(".scattergeo path.point").first.wait_for()
    x, y = plot.evaluate(
        """(plot, place) => {
            const [x, y] = plot._fullLayout.geo._subplot.projection(place), box = plot.getBoundingClientRect();
            return [box.x + x, box.y + y];
        }""",
        [101, 16],
    )
    page.mouse.move(x - 3, y)
    page.mouse.move(x, y)
    page.mouse.click(x, y)
    said(page, "Thai costs cl100k (GPT-4)").wait_for()
    assert foreign == []
