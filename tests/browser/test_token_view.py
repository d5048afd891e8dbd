"""The token view in a real browser, mounted from its standalone page: repainting, and content that means harm."""

from __future__ import annotations

from dataclasses import replace

import pytest

from components.segmentation.token_view.component import (
    Lane,
    TokenDetail,
    TokenView,
    payload,
)
from tests.browser.harness.lanes import (
    bytes_lane,
    characters_lane,
    lane_of_pieces,
    three_lanes,
    view_of,
)
from tests.browser.harness.token_page import (
    SCRIPT_LINES,
    Mount,
    click,
    hover,
)

pytestmark = pytest.mark.browser


def test_the_picture_follows_the_width(mount: Mount) -> None:
    text = "The quick brown fox jumps over the lazy dog. " * 4
    page = mount(TokenView(text, three_lanes(text)))
    wide = page.evaluate("staves().length")
    page.set_viewport_size({"width": 390, "height": 844})
    page.wait_for_function(f"() => staves().length > {wide}")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    label, stave = page.evaluate(
        "(([a, b]) => [a.bottom, b.top])([box('.ta-row:not(.ta-consensus) .ta-label'), box('.ta-stave')])"
    )
    assert label <= stave + 1, "on a phone labels stand above their staves"


def test_an_update_replaces_the_picture_in_one_go(mount: Mount) -> None:
    page = mount(view_of("ab cd"))
    counts = page.evaluate(
        """p => new Promise(done => {
            const seen = [], observer = new MutationObserver(list => {
                for (const n of list.flatMap(m => [...m.addedNodes]))
                    if (n.classList?.contains('ta-body')) seen.push(n.querySelectorAll('.ta-boxes path').length);
                done(seen);
            });
            observer.observe(root().querySelector('.ta-stage'), {childList: true});
            tokenView.update(p);
        })""",
        payload(view_of("ab cd ef")),
    )
    assert len(counts) == 1
    assert counts[0] > 5, "boxes were painted before the new picture came in"


def test_cards_show_each_tokenizer_by_itself(mount: Mount) -> None:
    view = replace(view_of("The quick brown fox"), view="cards")
    page = mount(view)
    lefts = page.evaluate("all('.ta-card').map(c => c.getBoundingClientRect().left)")
    assert len(lefts) == 3
    assert len(set(lefts)) == 2
    narrow = mount(view, width=390)
    assert len(set(narrow.evaluate("all('.ta-card').map(c => c.getBoundingClientRect().left)"))) == 1


def test_invisibles_are_drawn_without_touching_the_text(mount: Mount) -> None:
    text = "a b\tc\u200bdddd\u00a0e\r\nf"
    page = mount(TokenView(text, (characters_lane(text),), invisible=True))
    assert page.evaluate("all('.ta-over .name').map(n => n.textContent)") == ["ZWSP", "NBSP"]
    for mark in ("dot", "inv", "nl"):
        assert page.evaluate(f"all('.ta-over .{mark}').length") >= 1
    assert page.evaluate("staves().map(s => s.querySelector('.ta-text').textContent)") == [
        "a b\tc\u200bdddd\u00a0e",
        "f",
    ]


def test_an_empty_text_is_an_empty_picture(mount: Mount) -> None:
    page = mount(TokenView("", (Lane("none", "none", [], [], [], []),)))
    assert page.evaluate("staves().length") == 1


def test_of_eight_lanes_of_4000_characters_what_is_near_is_painted_first(mount: Mount) -> None:
    text = " ".join(SCRIPT_LINES.values()) * 20
    text = text[:4000]
    lanes = tuple(replace(lane, spec=f"{lane.spec}{k}") for k in range(3) for lane in three_lanes(text))[:8]
    page = mount(TokenView(text, lanes))
    left, left_in_sight, every = page.evaluate(
        """p => {
            tokenView.update({...p, char_offset: 1});
            const left = staves().filter((s) => !s.taPieces);
            const inSight = left.filter((s) => s.getBoundingClientRect().top < innerHeight);
            return [left.length, inSight.length, staves().length];
        }""",
        payload(TokenView(text, lanes)),
    )
    assert left_in_sight == 0
    assert left > every / 2
    page.wait_for_function("staves().every((s) => s.taPieces)")  # the rest when the browser is idle


HOSTILE = [
    "<img src=x onerror=window.hacked=1>",
    "</script><script>window.hacked=1</script>",
    "\x1b[31mred\x1b[0m",
    "\u202egnp.exe",
    "=cmd|'/c calc'!A1",
]


# Whatever the page began to load before has failed, or run, when this one has.
FAILED_IMAGE = "new Promise((done) => { const image = new Image(); image.onerror = done; image.src = 'nothing:'; })"


@pytest.mark.parametrize("piece", HOSTILE)
def test_hostile_content_is_inert_everywhere(mount: Mount, piece: str) -> None:
    lane = replace(
        lane_of_pieces(piece, ["a ", piece, " b"], spec=piece),
        summary=piece,
        details={sum(piece.encode()): TokenDetail(piece, piece)},
        colour='red;background:url("javascript:window.hacked=1")',
    )
    page = mount(TokenView("a " + piece + " b", (lane, bytes_lane("a " + piece + " b"))))
    hover(page, 0, 1)
    click(page, 0, 1)
    page.evaluate("tokenView.view.fillAll()")
    page.evaluate(FAILED_IMAGE)
    assert page.evaluate("window.hacked") is None
    assert page.evaluate("all('img, script, iframe').length") == 0
    assert page.evaluate("document.querySelectorAll('script').length") == 2
    overlap = page.evaluate(
        "(([l, s]) => l.right > s.left + 1)([box('.ta-row:not(.ta-consensus) .ta-label'), box('.ta-stave')])"
    )
    assert not overlap, "a label keeps its place"
