"""What is seen of the Segmentation page before anyone scrolls, and what a key costs, in a real browser."""

import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import quote

import pytest
from playwright.sync_api import Page, WebSocket, expect

from core.common.numbers import count
from core.common.text_link import to_link
from core.text.samples import sample
from core.text.windows import windows
from tests.browser.conftest import drawn_box, stands_still
from tests.browser.contrast import too_pale

APP = Path(__file__).parents[2] / "app.py"
FIVE = "?" + "&".join(
    f"tokenizers={spec}"
    for spec in ("mistral:tekken", "mistral:v3", "builtin:words", "builtin:utf8-bytes", "builtin:characters")
)
STAVES = """() => [...document.querySelectorAll("*")]
    .flatMap((e) => [...(e.shadowRoot?.querySelectorAll(".ta-stave") ?? [])])
    .map((stave) => [stave.taLane, stave.getBoundingClientRect().top, stave.getBoundingClientRect().bottom])"""

pytestmark = pytest.mark.browser


@pytest.fixture
def visit(open_page: Callable[..., Page], app_server: Callable[..., str]) -> Callable[..., Page]:
    """Opens the page with a query, and waits until it stands still."""

    def go(query: str = "", **options: object) -> Page:
        page = open_page(**options)
        page.goto(f"{app_server(APP)}/{query}")
        page.locator(".ta-text").first.wait_for()
        stands_still(page)
        return page

    return go


def staves(page: Page) -> list[tuple[int, float, float]]:
    """(lane, top, bottom) of every line of every lane, px."""
    return [tuple(one) for one in page.evaluate(STAVES)]


def in_view(page: Page, bottom: float) -> set[int]:
    """Lanes with a line that is wholly above this."""
    return {lane for lane, _, end in staves(page) if end <= bottom}


def foot(page: Page) -> float:
    """Where the choice of tools begins, which stands over the picture's end."""
    return drawn_box(page, ".st-key-tool_choice")["y"]


# ---- the first screen


@pytest.mark.parametrize("query", ["", FIVE])
def test_all_opening_lanes_are_seen_at_once(visit: Callable[..., Page], query: str) -> None:
    page = visit(query)
    assert staves(page)[0][1] < (435 if query else 420), "long names take a second row of cards"
    lanes = {lane for lane, _, _ in staves(page)}
    assert in_view(page, foot(page)) == lanes
    if query:
        assert len(lanes) == 5


def test_a_projector_with_large_letters_shows_two_lanes(visit: Callable[..., Page]) -> None:
    page = visit(FIVE + "&size=1.8", height=720)
    assert len(in_view(page, foot(page))) >= 2


def test_a_page_zoomed_for_a_projector_shows_two_lanes(visit: Callable[..., Page]) -> None:
    """1280 by 720 at 1.8 times leaves 711 by 400; the tools give way there."""
    page = visit(width=711, height=400)
    assert len(in_view(page, 400)) >= 2


LONG = "&".join(
    f"tokenizers={spec}"
    for spec in (
        *("mistral:tekken", "mistral:tekken_240718", "tiktoken:o200k_base", "tiktoken:o200k_harmony"),
        *("packaged:rwkv-world", "tiktoken:cl100k_base", "mistral:v7m1"),
    )
)
RENAMED = f"?{LONG}&name=1:{quote('the tokenizer of a model with a name that takes sixty letters')}"


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize(
    "query", ["", "?tokenizers=mistral:v1&tokenizers=mistral:v3&tokenizers=mistral:v2", f"?{LONG}", RENAMED]
)
def test_no_name_is_cut_off_on_cards_and_beside_lanes(visit: Callable[..., Page], query: str, width: int) -> None:
    names = visit(query, width=width).locator(".card bdi, .ta-label bdi, .ta-twins")
    assert names.count() >= 5
    cut = "all => all.filter((e) => e.scrollWidth > e.clientWidth && e.clientWidth).map((e) => e.textContent)"
    assert names.evaluate_all(cut) == []


def test_a_file_is_opened_beside_the_samples(visit: Callable[..., Page]) -> None:
    page = visit()
    chooser, opener = (page.get_by_test_id(part).last.bounding_box() for part in ("stSelectbox", "stPopover"))
    assert chooser is not None and opener is not None
    assert chooser["y"] < opener["y"] + opener["height"] / 2 < chooser["y"] + chooser["height"]


def test_a_phone_gives_the_choosers_their_own_lines(visit: Callable[..., Page]) -> None:
    page = visit(width=390, height=844, has_touch=True)
    for chooser, least in (("stMultiSelect", 340), ("stSelectbox", 220)):
        box = page.get_by_test_id(chooser).first.bounding_box()
        assert box is not None and box["width"] >= least
    page.get_by_text("Each card is one tokenizer").wait_for()


def test_a_phone_says_of_every_model_how_it_can_be_had(visit: Callable[..., Page]) -> None:
    page = visit(width=390, height=844, has_touch=True)
    page.get_by_role("button", name="Models").click()
    entries = page.get_by_role("dialog").locator('[class*="st-key-list_tokenizers_"] button p')
    expect(entries.nth(60)).to_be_attached()
    cut = "all => all.filter((e) => getComputedStyle(e).whiteSpace === 'nowrap').map((e) => e.textContent)"
    assert entries.evaluate_all(cut) == []


def test_a_phone_shows_the_first_tokenizers_tokens_as_cards(visit: Callable[..., Page]) -> None:
    page = visit(FIVE, width=390, height=844, has_touch=True)
    expect(page.get_by_role("radio", name="Cards")).to_be_checked()
    expect(page.locator(".ta-card")).to_have_count(5)
    stands_still(page)
    assert all(bottom <= foot(page) for lane, _, bottom in staves(page) if lane == 0), "all its lines"
    assert page.evaluate("document.documentElement.scrollWidth") <= 390


def test_lanes_can_be_chosen_on_a_phone_and_stay(visit: Callable[..., Page]) -> None:
    page = visit(FIVE, width=390, height=844, has_touch=True)
    expect(page.get_by_role("radio", name="Cards")).to_be_checked()
    page.get_by_text("Lanes", exact=True).first.click()
    page.locator(".ta-system").first.wait_for()
    page.locator("textarea").first.fill("still lanes")
    expect(page.locator(".ta-text").first).to_have_text("still lanes")
    expect(page.locator(".ta-card")).to_have_count(0)


def test_nothing_is_said_twice(visit: Callable[..., Page]) -> None:
    page = visit(FIVE)
    expect(page.get_by_role("heading", name="Segmentation")).to_have_count(1)
    text = page.locator("body").inner_text() + page.evaluate(
        """[...document.querySelectorAll("*")].map((e) => e.shadowRoot?.textContent ?? "").join(" ")"""
    )
    for said in ("cut inside a character", "tokens from", "How to read this"):
        assert text.count(said) <= 1 or said == "cut inside a character"
    labels = page.locator(".ta-row .ta-label").all_inner_texts()
    assert not [label for label in labels if re.search(r"\d tokens", label)], "the cards say how many"
    page.get_by_role("button", name="How to read this").click()
    page.get_by_text("neither token holds the whole of it").wait_for()


def test_cards_are_one_line_and_unfold(visit: Callable[..., Page]) -> None:
    page = visit(FIVE)
    heights = page.locator(".card").evaluate_all("cards => cards.map((card) => card.offsetHeight)")
    assert len(heights) == 5
    assert max(heights) <= 36
    page.get_by_role("button", name="More", exact=True).click()
    page.get_by_text("bytes/token").first.wait_for()
    page.locator("textarea").first.fill("other words")
    expect(page.locator(".card .count").nth(2)).to_have_text("3")
    page.get_by_text("bytes/token").first.wait_for()


def test_eight_cards_stand_in_rows_of_equal_length(visit: Callable[..., Page]) -> None:
    more = "&tokenizers=mistral:v1&tokenizers=mistral:v2&tokenizers=builtin:graphemes"
    page = visit(FIVE + more)
    tops = page.locator(".card").evaluate_all("cards => cards.map((card) => card.offsetTop)")
    assert len(tops) == 8
    assert len({tops.count(top) for top in tops}) == 1


def test_tools_are_within_reach_of_a_long_view_and_a_chosen_one_comes_into_sight(visit: Callable[..., Page]) -> None:
    page = visit(f"{FIVE}&text={to_link(sample('many-scripts').text)}")
    assert staves(page)[-1][2] > 900, "the view itself is taller than the window"
    assert foot(page) < 800
    page.get_by_text("Agreement", exact=True).click()
    expect(page.locator(".js-plotly-plot").first).to_be_in_viewport()


# ---- what is lost, and how tokenizers rank


def test_a_lossy_tokenizer_is_not_ranked_and_says_what_it_loses_at_a_click(
    visit: Callable[..., Page], tmp_path: Path
) -> None:
    from tokenizers import Tokenizer, models, pre_tokenizers

    tokenizer = Tokenizer(models.WordLevel({"[UNK]": 0, "deux": 1}, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    file = tmp_path / "tokenizer.json"
    tokenizer.save(str(file))
    specs = f"?tokenizers=file:{file}&tokenizers=builtin:utf8-bytes&tokenizers=builtin:words"
    page = visit(f"{specs}&text={to_link('deux mots')}&order=Fewest+tokens+first")
    lines = [line.replace("\n", " ") for line in page.locator(".card .line").all_inner_texts()]
    assert [line.split()[-1] for line in lines] == ["fewest", "×3.0", "lossy"], "the lossy one comes last, though short"
    page.get_by_role("button", name="lossy", exact=True).click()
    expect(page.locator(".lost")).to_contain_text("unknown")
    expect(page.locator(".lost")).to_contain_text("loses of this text")


def test_lanes_moved_in_the_view_are_moved_on_the_page_and_in_the_link(visit: Callable[..., Page]) -> None:
    page = visit(f"?tokenizers=builtin:words&tokenizers=builtin:utf8-bytes&text={to_link('one two')}")
    page.locator(".ta-tool").click()
    page.get_by_role("button", name=re.compile("^Move .*UTF-8 bytes up")).click()
    expect(page.locator(".card .count").first).to_have_text("7")
    expect(page.locator(".ta-label bdi").first).to_contain_text("UTF-8 bytes")
    page.wait_for_function(  # a function: the page's policy lets nothing be evaluated
        r"() => /tokenizers=builtin(:|%3A)utf8-bytes&tokenizers=builtin(:|%3A)words/.test(location.href)"
    )


# ---- pages and search


def paste(page: Page, text: str) -> None:
    page.locator("textarea").first.evaluate(
        "(area, text) => { area.value = text; area.dispatchEvent(new InputEvent('input', {bubbles: true})); }", text
    )


def test_all_pages_of_a_growing_text_can_be_reached(visit: Callable[..., Page]) -> None:
    page = visit(f"?tokenizers=builtin:words&text={to_link('short')}")
    pager = page.get_by_test_id("stPagination")
    for n_lines in (240, 2000):
        text = "".join(f"line number {k:05}\n" for k in range(n_lines))
        paste(page, text)
        expect(page.locator(".card .count").first).to_have_text(count(6 * n_lines))
        last = pager.get_by_role("button", name=str(len(windows(text)))).last
        last.wait_for()
        last.click()
        expect(page.locator(".ta-text").last).to_contain_text(f"{n_lines - 1:05}")


def test_a_word_is_found_on_whatever_page_it_stands(visit: Callable[..., Page]) -> None:
    page = visit(f"?tokenizers=builtin:words&text={to_link('short')}")
    paste(page, "".join(f"line number {k:05}\n" for k in range(2000)))
    page.get_by_test_id("stPagination").wait_for()
    field = page.get_by_label("Find in the text")
    field.fill("NUMBER 0177")
    said = page.locator(".ta-said")
    expect(said).to_have_text("1 of 10")
    expect(page.locator(".now")).to_have_count(1)
    expect(page.locator(".now").first).to_be_in_viewport()
    assert "01770" in page.locator(".ta-stave", has=page.locator(".now")).inner_text()
    field.press("Enter")
    expect(said).to_have_text("2 of 10")
    field.press("Shift+Enter")
    page.get_by_role("button", name="Find the one before").click()
    expect(said).to_have_text("10 of 10")
    assert "01779" in page.locator(".ta-stave", has=page.locator(".now")).inner_text()
    field.fill("nowhere")
    expect(said).to_have_text("not found")
    field.press("Escape")
    expect(page.locator(".found")).to_have_count(0)


# ---- what travels


def test_the_script_travels_once_and_a_key_costs_little(
    open_page: Callable[..., Page], app_server: Callable[..., str]
) -> None:
    page, received = open_page(), []

    def listen(socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: received.append(frame if isinstance(frame, bytes) else frame.encode()))

    page.on("websocket", listen)
    scripts = []
    page.on("response", lambda answer: scripts.append(answer.url) if "token_view" in answer.url else None)
    page.goto(f"{app_server(APP)}/{FIVE}&tokenizers=mistral:v7")
    page.locator(".ta-text").first.wait_for()
    stands_still(page)
    assert not [frame for frame in received if b"function mountTokenView" in frame]
    received.clear()
    area = page.locator("textarea").first
    area.press("Control+End")
    area.press("~")
    page.locator(".ta-text", has_text="~").first.wait_for()
    stands_still(page)
    assert received, "the key was answered"
    assert sum(map(len, received)) < 40_000, "six tokenizers on the opening text"
    assert len(scripts) == 1


# ---- contrast


@pytest.mark.parametrize("dark", [False, True])
def test_all_text_has_enough_contrast(visit: Callable[..., Page], dark: bool) -> None:
    page = visit(FIVE, dark=dark)
    page.get_by_role("button", name="More", exact=True).click()
    page.locator(".ta-tool").click()
    assert too_pale(page) == []
    page.keyboard.press("Escape")
    page.get_by_role("button", name="Options").click()
    stands_still(page)
    assert too_pale(page) == []


def test_a_browser_that_cannot_unpack_says_so(open_page: Callable[..., Page], app_server: Callable[..., str]) -> None:
    page = open_page()
    page.add_init_script("delete window.DecompressionStream")
    page.goto(f"{app_server(APP)}/{FIVE}")
    parts = "[...document.querySelectorAll('*')].map((e) => e.shadowRoot?.textContent ?? '')"
    page.wait_for_function(f"() => {parts}.some((said) => said.includes('needs a newer browser'))")
