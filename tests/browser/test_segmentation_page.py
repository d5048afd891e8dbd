"""The Segmentation page in a real browser, on a real server."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect
from tokenizers import Tokenizer, models, pre_tokenizers

from core.common.numbers import count
from core.common.text_link import from_link, to_link
from tests.browser.conftest import stands_still

APP = Path(__file__).parents[2] / "app.py"
WORDS = "?tokenizers=builtin:words&tokenizers=builtin:utf8-bytes"

pytestmark = pytest.mark.browser


@pytest.fixture
def visit(open_page: Callable[..., Page], app_server: Callable[..., str]) -> Callable[..., Page]:
    """Opens the page with a query, and waits for its boxes."""

    def go(query: str = WORDS, **options: object) -> Page:
        page = open_page(**options)
        page.goto(app_server(APP) + "/" + query)
        page.locator(".ta-text").first.wait_for()
        return page

    return go


def counts(page: Page) -> list[str]:
    """The large numbers of the cards."""
    return page.locator(".card .count").all_text_contents()


def test_the_very_first_request_of_a_fresh_server_may_be_a_deep_link(
    open_page: Callable[..., Page], app_server: Callable[..., str]
) -> None:
    page = open_page()
    text = to_link("deep link")
    page.goto(f"{app_server(APP, fresh=True)}/{WORDS}&text={text}&view=Cards&tool=Agreement")
    expect(page.locator(".card .count").first).to_have_text("3")
    page.get_by_role("heading", name="Segmentation").wait_for()
    assert counts(page) == ["3", "9"]
    expect(page.locator("textarea").first).to_have_value("deep link")
    page.locator(".js-plotly-plot").first.wait_for()


def test_nothing_is_fetched_from_anywhere_else(open_page: Callable[..., Page], app_server: Callable[..., str]) -> None:
    page, foreign = open_page(), []
    address = app_server(APP)
    page.on(
        "request",
        lambda request: None if request.url.startswith((address, "data:", "blob:")) else foreign.append(request.url),
    )
    page.goto(address + "/")
    page.locator(".ta-text").first.wait_for()
    stands_still(page)
    assert [url for url in foreign if not url.startswith((address, "data:", "blob:"))] == []


def test_segments_follow_the_typing_and_the_caret_stays(visit: Callable[..., Page]) -> None:
    page = visit(f"{WORDS}&text={to_link('one three')}")
    area = page.locator("textarea").first
    area.click()
    area.press("Home")
    for _ in range(4):
        area.press("ArrowRight")
    steps = page.evaluate("history.length")
    page.keyboard.type("two ", delay=60)
    expect(page.locator(".card .count").first).to_have_text("5")
    assert area.input_value() == "one two three"
    focused = """() => {
        let element = document.activeElement;
        while (element.shadowRoot) element = element.shadowRoot.activeElement;
        return [element.tagName, element.selectionStart];
    }"""
    assert page.evaluate(focused) == ["TEXTAREA", 8]
    page.keyboard.type("and ")
    expect(page.locator(".card .count").first).to_have_text("7")
    assert area.input_value() == "one two and three"
    page.wait_for_url(lambda url: from_link(parse_qs(urlsplit(url).query)["text"][0]) == "one two and three")
    assert page.evaluate("history.length") == steps, "typing must not fill the browser's history"


def test_the_newest_text_wins(visit: Callable[..., Page]) -> None:
    page = visit()
    area = page.locator("textarea").first
    area.fill("x")
    for n in range(15):
        area.press_sequentially(f" w{n}", delay=5)
    expect(page.locator(".card .count").first).to_have_text("31")
    length = str(len("x" + "".join(f" w{n}" for n in range(15))))
    expect(page.locator(".card .count").nth(1)).to_have_text(length)


def test_a_link_carries_the_whole_view_to_another_browser(visit: Callable[..., Page]) -> None:
    page = visit()
    page.locator("textarea").first.fill("শব্দ শব্দ")
    expect(page.locator(".card .count").first).to_have_text("3")
    page.get_by_role("radio", name="Cards").or_(page.get_by_text("Cards", exact=True)).first.click()
    expect(page).to_have_url(re.compile("view=Cards"))
    query = urlsplit(page.evaluate("location.href")).query
    other = visit(f"?{query}")
    expect(other.locator("textarea").first).to_have_value("শব্দ শব্দ")
    assert counts(other) == counts(page)
    assert "view=Cards" in query


def test_a_file_can_be_uploaded_and_is_chosen(visit: Callable[..., Page], tmp_path: Path) -> None:
    vocabulary = {"[UNK]": 0, "deux": 1, "mots": 2}
    tokenizer = Tokenizer(models.WordLevel(vocabulary, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    file = tmp_path / "tokenizer.json"
    tokenizer.save(str(file))
    page = visit(f"{WORDS}&text={to_link('deux mots rares')}")
    page.get_by_role("button", name=re.compile("Add")).first.click()
    page.locator('input[type="file"]').first.set_input_files(str(file))
    page.get_by_text(re.compile(r"\d+(\.\d)? ?(B|KB)$")).first.wait_for()
    page.get_by_role("button", name="Add files").last.click()
    expect(page.locator(".card")).to_have_count(3)
    assert counts(page)[2] == "3"
    expect(page.locator(".card").nth(2)).to_contain_text("33.3% unknown")
    expect(page.locator(".card").nth(2)).to_contain_text("lossy")


def test_a_bad_upload_is_one_message_and_loses_nothing(visit: Callable[..., Page], tmp_path: Path) -> None:
    file = tmp_path / "tokenizer.json"
    file.write_text('{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["a b"]}}')
    page = visit()
    page.locator("textarea").first.fill("still here")
    page.get_by_role("button", name=re.compile("Add")).first.click()
    page.locator('input[type="file"]').first.set_input_files(str(file))
    page.get_by_text(re.compile(r"\d+(\.\d)? ?(B|KB)$")).first.wait_for()
    page.get_by_role("button", name="Add files").last.click()
    page.get_by_role("alert").first.wait_for()
    expect(page.get_by_role("alert")).to_have_count(1)
    expect(page.locator("textarea").first).to_have_value("still here")
    expect(page.locator(".card")).to_have_count(2)


def test_a_megabyte_is_windowed_and_other_sessions_go_on(visit: Callable[..., Page]) -> None:
    text = ("ab cd " * 9 + "ab cd\n") * 17_000  # 1.02 MB
    page, other = visit(), visit()
    paste = """(area, text) => {
        area.select();
        const clipboardData = new DataTransfer();
        clipboardData.setData("text/plain", text);
        area.dispatchEvent(new ClipboardEvent("paste", {clipboardData, bubbles: true, cancelable: true}));
    }"""
    page.locator("textarea").first.evaluate(paste, text)
    for n in range(6):
        other.locator("textarea").first.fill("w " * (n + 2))
        expect(other.locator(".card .count").first).to_have_text(str(2 * n + 4))
    expect(page.locator(".card .count").first).to_have_text(count(680_000))
    page.get_by_text("All numbers are for the whole text").wait_for()


def test_tokens_can_be_taken_away(visit: Callable[..., Page]) -> None:
    page = visit(f"{WORDS}&text={to_link('=1+1')}&tool=Share+and+keep")
    with page.expect_download() as download:
        page.get_by_role("button", name="Tokens as JSON").click()
    document = json.loads(Path(download.value.path()).read_text())
    assert document["text_bytes"] == 4
    assert document["segmentations"][1]["pieces_hex"] == ["3d", "31", "2b", "31"]
    with page.expect_download() as download:
        page.get_by_role("button", name="Tokens as CSV").click()
    assert "'=" in Path(download.value.path()).read_text()


def in_the_line(page: Page, share: float) -> list[float]:
    """Where a share of the first line's width lies, once that line is drawn: one that is drawn anew has none."""
    found = page.wait_for_function(
        """(share) => {
            const range = document.createRange();
            const hosts = [...document.querySelectorAll("*")].map((one) => one.shadowRoot).filter(Boolean);
            const line = [document, ...hosts].map((one) => one.querySelector(".ta-text")).find(Boolean);
            if (!line) return null;
            range.selectNodeContents(line);
            const box = range.getBoundingClientRect();
            return box.width && [box.left + share * box.width, box.top + box.height / 2];
        }""",
        arg=share,
    )
    point: list[float] = found.json_value()
    return point


def test_clicking_a_token_chooses_its_piece(visit: Callable[..., Page]) -> None:
    page = visit(f"?tokenizers=mistral:tekken&text={to_link('tokenizers everywhere')}&tool=How+it+got+there")
    page.locator(".sp-said").wait_for()  # all is drawn, so nothing moves under the mouse
    page.mouse.click(*in_the_line(page, 0.8))
    expect(page.get_by_role("combobox", name="Piece")).to_have_value("␣everywhere")
    page.mouse.click(*in_the_line(page, 0.1))
    expect(page.get_by_role("combobox", name="Piece")).to_have_value("tokenizers")
    expect(page.locator(".sp-said")).to_contain_text("from these 10 symbols")


@pytest.mark.parametrize("view", ["Lanes", "Cards"])
def test_a_phone_cuts_nothing_off(visit: Callable[..., Page], view: str) -> None:
    page = visit(f"?view={view}", width=390, height=844)
    page.wait_for_function("() => document.documentElement.scrollWidth <= 390")


def test_a_model_is_found_by_its_name_and_added(visit: Callable[..., Page]) -> None:
    page = visit("?tokenizers=builtin:words")
    page.get_by_role("button", name="Models").click()
    listed = page.get_by_role("dialog")
    listed.get_by_role("button", name="Gemma 3").wait_for()
    search = listed.get_by_role("textbox", name="Search")
    search.fill("rwkv")
    search.press("Enter")
    expect(listed.get_by_role("button", name="Gemma 3")).to_have_count(0)
    listed.get_by_role("button", name="RWKV World").click()
    expect(page.locator(".card")).to_have_count(2)
    expect(page.get_by_role("dialog")).to_have_count(0)
    expect(page.locator(".card").last).to_contain_text("RWKV World")


def test_a_tokenizer_is_renamed_and_the_link_keeps_its_name(visit: Callable[..., Page]) -> None:
    page = visit(f"{WORDS}&tool=Ids")
    looked_at = page.locator(".st-key-ids_tokenizer input")
    expect(looked_at).to_have_value(re.compile("^Words"))
    page.get_by_role("button", name="Add").click()
    page.get_by_label("New name").fill("My words")
    page.get_by_role("button", name="Rename").click()
    expect(page.locator(".card").first).to_contain_text("My words")
    chooser = page.get_by_test_id("stMultiSelect").first
    expect(chooser).to_contain_text("My words")
    expect(looked_at).to_have_value("My words")
    page.keyboard.press("Escape")
    chooser.locator("input").fill("rwkv")
    chooser.locator("input").press("Enter")
    expect(page.locator(".card")).to_have_count(3)
    expect(chooser).to_contain_text("My wordsByT5 · UTF-8 bytesRWKV World")
    expect(page).to_have_url(re.compile("rwkv"))
    page.goto(page.url)
    expect(page.locator(".card").first).to_contain_text("My words")


def test_deleted_text_leaves_the_address(visit: Callable[..., Page]) -> None:
    page = visit(f"{WORDS}&text={to_link('secret words')}")
    page.locator("textarea").first.fill("")
    page.get_by_role("button", name="Show the opening text").wait_for()
    page.get_by_text("Cards", exact=True).click()  # what else the address holds is written by another hand
    expect(page).to_have_url(re.compile("view=Cards"))
    query = parse_qs(urlsplit(page.url).query)
    assert [from_link(text) for text in query.get("text", [])] == [""]
    page.reload()
    expect(page.locator("textarea").first).to_have_value("")


def test_what_is_said_of_the_text_goes_with_it(visit: Callable[..., Page]) -> None:
    page = visit(f"{WORDS}&text=damaged")
    message = page.get_by_text("The text in this link is damaged")
    message.wait_for()
    chooser = page.locator("[class*=st-key-sample_]")
    expect(chooser.get_by_role("combobox")).to_have_value(re.compile("^Opening · "))
    page.locator("textarea").first.fill("a new text")
    expect(message).to_be_hidden()
    chooser.get_by_placeholder("Your text").wait_for()


def test_editor_cards_and_statistics_show_one_length(visit: Callable[..., Page]) -> None:
    text = "a\r\nb\rc\u2028\ufeffé"
    page = visit(f"{WORDS}&text={to_link(text)}")
    expect(page.locator(".te-count")).to_contain_text(f"{len(text)} characters · {len(text.encode())} bytes")
    assert counts(page)[1] == str(len(text.encode()))
    page.get_by_text(f"The text has {len(text.encode())} bytes").wait_for()
    page.locator("textarea").first.press("End")
    page.keyboard.type("!")
    expect(page.locator(".card .count").nth(1)).to_have_text(str(len(text.encode()) + 1))
    assert from_link(parse_qs(urlsplit(page.url).query)["text"][0]).replace("!", "") == text


def test_half_a_character_is_one_message(visit: Callable[..., Page]) -> None:
    page = visit(f"{WORDS}&text={to_link('fine')}")
    page.locator("textarea").first.evaluate(
        "a => { a.value = 'a' + String.fromCharCode(0xd83d) + 'b'; a.dispatchEvent(new Event('input')); }"
    )
    expect(page.locator(".te-message")).to_contain_text("half of a surrogate pair")
    expect(page.locator(".card")).to_have_count(0)
    assert page.get_by_text("surrogate").count() == 1


def test_all_files_are_in_one_place(visit: Callable[..., Page]) -> None:
    page = visit(f"{WORDS}&text={to_link('one two')}&tool=Share+and+keep")
    for name in ("SVG", "PNG", "HTML"):
        button = page.get_by_role("button", name=name, exact=True)
        expect(button).to_have_count(1)
        with page.expect_download() as waiting:
            button.click()
        assert waiting.value.suggested_filename == f"segmentation.{name.lower()}"
        assert len(Path(waiting.value.path()).read_bytes()) > 1_000
    expect(page.get_by_role("button", name="Export", exact=True)).to_have_count(0)
