"""The editor in a real browser under a real server: it reports while typing, and Python never takes the caret away."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import stands_still

pytestmark = pytest.mark.browser

APP = Path(__file__).parent / "harness" / "editor_app.py"
EDITOR = Path(__file__).parents[2] / "components" / "widgets" / "text_editor"
KEPT = (EDITOR / "kept_text.js").read_text(encoding="utf-8")
LONE = "ab\ud83dcd"


@pytest.fixture
def page(open_page: Callable[..., Page], app_server: Callable[..., str]) -> Page:
    page = open_page()
    page.goto(app_server(APP))
    page.locator(".ta-stave").first.wait_for()
    return page


@pytest.fixture
def clocked(open_page: Callable[..., Page], app_server: Callable[..., str]) -> Page:
    """The page with a clock that a test can put forward."""
    page = open_page()
    page.clock.install()
    page.goto(app_server(APP))
    page.locator(".ta-stave").first.wait_for()
    stands_still(page)
    return page


def shows(page: Page, text: str) -> None:
    expect(page.get_by_test_id("stCode").first).to_have_text(ascii(text))


def caret(page: Page) -> list[object]:
    return page.locator("textarea").evaluate("a => [a.value, a.selectionStart, a.getRootNode().activeElement === a]")  # type: ignore[no-any-return]


def runs(page: Page) -> int:
    return int(re.findall(r"run (\d+)", page.locator("body").inner_text())[0])


def put(page: Page, text: str) -> None:
    """Sets the text as an input method would: lone surrogates cannot be typed through the driver."""
    page.locator("textarea").evaluate(
        "(a, codes) => { a.value = String.fromCodePoint(...codes); a.dispatchEvent(new Event('input')); }",
        [ord(c) for c in text],
    )


def test_segments_follow_the_typing_and_the_caret_stays(page: Page) -> None:
    area = page.locator("textarea")
    area.click()
    page.keyboard.press("Home")
    page.keyboard.type("Oh! ", delay=40)
    shows(page, "Oh! Hello world")
    assert caret(page) == ["Oh! Hello world", 4, True]
    page.keyboard.type("Ah! ", delay=200)  # slower than the pause: every key causes a rerun
    shows(page, "Oh! Ah! Hello world")
    assert caret(page) == ["Oh! Ah! Hello world", 8, True]
    expect(page.locator(".ta-text").first).to_have_text("Oh! Ah! Hello world")


def test_the_newest_text_wins_over_a_slow_script(
    page: Page, open_page: Callable[..., Page], app_server: Callable[..., str]
) -> None:
    keeper = open_page()

    def gate(word: str) -> None:
        keeper.goto(f"{app_server(APP)}/?gate={word}")
        keeper.get_by_text(f"gate {word}").wait_for()

    gate("shut")
    page.locator("textarea").click()
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.type("one two three four five", delay=150)
    gate("open")
    shows(page, "one two three four five")
    stands_still(page)
    shows(page, "one two three four five")
    assert caret(page)[0] == "one two three four five"


def test_fast_typing_is_gathered_into_few_runs(page: Page) -> None:
    area = page.locator("textarea")
    area.click()
    before = runs(page)
    area.evaluate(  # in the page: a key that comes over the wire takes a busy machine longer than a reader's pause
        """async (area) => {
            for (const key of "abcdefghijklmnopqrst") {
                area.setRangeText(key, area.selectionStart, area.selectionEnd, "end");
                area.dispatchEvent(new InputEvent("input", {bubbles: true}));
                await new Promise((done) => setTimeout(done, 10));
            }
        }"""
    )
    shows(page, caret(page)[0])  # type: ignore[arg-type]
    expect(page.locator(".te-count")).to_contain_text("31 characters")
    assert runs(page) - before <= 8


def test_steady_typing_never_leaves_the_picture_behind_until_a_pause(page: Page) -> None:
    """A key every 60 ms never pauses for the time that a reader's pause takes; the picture must follow all the same."""
    area = page.locator("textarea")
    area.click()
    n_keys = area.evaluate(
        """async (area, before) => {
            const run = () => Number(/run (\\d+)/.exec(document.body.innerText)[1]);
            let key = 0;
            for (; key < 4000 && run() < before + 3; key++) { // the last letter changes: the text stays short
                const last = area.value.length - 1;
                area.setRangeText("kl"[key % 2], last, last + 1, "end");
                area.dispatchEvent(new InputEvent("input", {bubbles: true}));
                await new Promise((done) => setTimeout(done, 60));
            }
            return key;
        }""",
        runs(page),
    )
    assert n_keys < 4000, "the picture followed three times while keys still came"
    shows(page, "Hello worl" + "kl"[(n_keys - 1) % 2])


def test_only_a_new_version_overwrites_the_text(page: Page) -> None:
    page.locator("textarea").click()
    page.keyboard.type("x")
    page.get_by_role("button", name="Sample").click()
    shows(page, "Sample 1")
    assert caret(page)[0] == "Sample 1"
    page.locator("textarea").click()
    page.keyboard.press("End")
    page.keyboard.type("!")
    shows(page, "Sample 1!")
    page.get_by_text("Cards").click()
    page.locator(".ta-card").first.wait_for()
    assert caret(page)[0] == "Sample 1!"


def test_nothing_is_sent_while_an_input_method_composes(clocked: Page) -> None:
    page = clocked
    area = page.locator("textarea")
    area.click()
    before = runs(page)
    area.evaluate(
        "a => { a.dispatchEvent(new CompositionEvent('compositionstart')); a.value = 'かん';"
        " a.dispatchEvent(new InputEvent('input', {isComposing: true})); }"
    )
    page.clock.fast_forward(60_000)  # whatever waits to be sent has been
    area.evaluate("a => { a.value = '漢'; a.dispatchEvent(new CompositionEvent('compositionend')); }")
    shows(page, "漢")
    stands_still(page)
    assert runs(page) == before + 1


def test_a_lone_surrogate_is_reported_and_arrives_unchanged(page: Page) -> None:
    put(page, LONE)
    shows(page, LONE)
    expect(page.locator(".te-message")).to_contain_text("Character 3 is half of a surrogate pair")
    put(page, "ab👍cd")
    shows(page, "ab👍cd")
    expect(page.locator(".te-message")).to_have_text("")


def test_beyond_the_limit_one_message_and_nothing_sent(clocked: Page) -> None:
    page = clocked
    put(page, "short")
    shows(page, "short")
    stands_still(page)
    before = runs(page)
    put(page, "y" * 201)
    expect(page.locator(".te-message")).to_contain_text("Too long by 1 character")
    page.clock.fast_forward(60_000)  # whatever waits to be sent has been
    shows(page, "short")
    put(page, "shorter")
    shows(page, "shorter")
    stands_still(page)
    assert runs(page) == before + 1


def test_tab_leaves_the_editor_and_it_has_a_name(page: Page) -> None:
    area = page.get_by_label("Text", exact=True)
    area.click()
    page.keyboard.press("Tab")
    assert caret(page)[2] is False
    assert area.evaluate("a => [a.spellcheck, a.dir]") == [False, "auto"]


def test_a_click_in_the_view_reaches_python(page: Page) -> None:
    page.locator(".ta-stave").first.click(position={"x": 25, "y": 15})
    page.get_by_text("picked TokenViewEvent(lane=0, index=0").wait_for()


WINDOWS = "one\r\ntwo\rthree\u2028four\n\ufefffive"


def paste(page: Page, text: str) -> None:
    """Pastes as the browser does: clipboards of Windows hold \\r\\n."""
    page.locator("textarea").evaluate(
        "(a, text) => { const data = new DataTransfer(); data.setData('text/plain', text);"
        " const event = new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true});"
        " if (a.dispatchEvent(event)) document.execCommand('insertText', false, text.replace(/\\r\\n?/g, '\\n')); }",
        text,
    )


def test_every_line_end_survives_typing_around_it(page: Page) -> None:
    area = page.locator("textarea")
    area.fill("")
    area.focus()
    paste(page, WINDOWS)
    shows(page, WINDOWS)
    expect(page.locator(".te-count")).to_contain_text(f"{len(WINDOWS)} characters · {len(WINDOWS.encode())} bytes")
    expect(page.locator(".te-notes")).to_contain_text(r"Line ends: 1 × \r\n, 1 × \r")
    page.keyboard.type("!")
    shows(page, WINDOWS + "!")
    area.evaluate("a => a.setSelectionRange(5, 5)")  # behind the t of two
    page.keyboard.type("?")
    shows(page, WINDOWS.replace("two", "t?wo") + "!")
    page.keyboard.press("ControlOrMeta+A")
    page.keyboard.press("Delete")
    shows(page, "")
    page.keyboard.press("ControlOrMeta+Z")
    shows(page, WINDOWS.replace("two", "t?wo") + "!")


def test_a_file_of_windows_stays_one_as_lines_are_added(page: Page) -> None:
    area = page.locator("textarea")
    area.fill("")
    area.focus()
    paste(page, "a\r\nb\r\n")
    page.keyboard.type("c\nd")
    shows(page, "a\r\nb\r\nc\r\nd")
    expect(page.locator(".te-notes")).to_contain_text(r"3 × \r\n")


def test_line_ends_are_changed_only_on_request_and_can_be_had_back(page: Page) -> None:
    area = page.locator("textarea")
    area.fill("")
    area.focus()
    paste(page, "\ufeffa\r\nb")
    page.get_by_role("button", name=r"Make them \n").click()
    shows(page, "\ufeffa\nb")
    page.get_by_role("button", name="Back to the original").click()
    shows(page, "\ufeffa\r\nb")
    page.get_by_role("button", name="Leave it out").click()
    shows(page, "a\r\nb")
    expect(page.locator(".te-notes")).to_contain_text("The byte-order mark was left out.")


def test_a_large_paste_keeps_its_line_ends(page: Page) -> None:
    rows = "x" * 60 + "\r\n"
    kept = page.evaluate(
        f"""(rows) => {{ {KEPT}
            const kept = KeptText(), text = rows.repeat(2000);
            kept.put("ab"); kept.expect(text);
            kept.edited("a" + newlines(text) + "b", 1 + newlines(text).length, false);
            return kept.text === "a" + text + "b"; }}""",
        rows,
    )
    assert kept


def test_random_edits_never_part_the_text_from_what_is_shown(page: Page) -> None:
    """Whatever is typed, pasted or deleted, the area shows the text, and what stands around an edit is as it was."""
    wrong = page.evaluate(
        f"""() => {{ {KEPT}
            let seed = 7;
            const random = (n) => (seed = (seed * 1103515245 + 12345) % 2147483648) % n;
            const letter = () => "ab \\r\\n\\u2028"[random(6)];
            const some = (most) => Array.from({{ length: random(most + 1) }}, letter).join("");
            for (let round = 0; round < 300; round++) {{
              const kept = KeptText();
              let shown = kept.put(some(12));
              for (let step = 0; step < 12; step++) {{
                const from = random(shown.length + 1), to = from + random(shown.length - from + 1), put = some(4);
                const before = kept.text, carriage = random(2) === 1;
                if (carriage) kept.expect(put);
                shown = shown.slice(0, from) + newlines(put) + shown.slice(to);
                kept.edited(shown, from + newlines(put).length, false);
                if (newlines(kept.text) !== shown) return [before, put, from, to, kept.text];
                const head = before.slice(0, placeIn(before, from)).replace(/\\r$/, "");
                const tail = before.slice(placeIn(before, to)).replace(/^\\n/, "");
                if (!kept.text.startsWith(head) || !kept.text.endsWith(tail)) return [before, put, from, to, kept.text];
              }}
            }}
            return null; }}"""
    )
    assert wrong is None
