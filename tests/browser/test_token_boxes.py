"""The token view's text, boxes and consensus track in a real browser: right to the pixel in every script."""

from __future__ import annotations

import io
from dataclasses import replace
from itertools import pairwise
from typing import Any

import pytest
from PIL import Image, ImageChops

from components.segmentation.token_view.component import (
    TokenView,
)
from tests.browser.harness.lanes import (
    bytes_lane,
    characters_lane,
    every_kind_lane,
    lane_of_pieces,
    three_lanes,
    view_of,
    words_lane,
)
from tests.browser.harness.token_page import (
    FAMILY,
    SCRIPT_LINES,
    Mount,
    hover,
    same_view,
)

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("script", SCRIPT_LINES)
def test_text_is_pixel_identical_to_plain_text(mount: Mount, script: str) -> None:
    text = SCRIPT_LINES[script]
    page = mount(TokenView(text, (bytes_lane(text),)))
    page.evaluate("""() => { const style = document.createElement('style');
        style.textContent = '.ta-boxes,.ta-over,.ta-glow,.ta-label,.ta-top,.ta-legend{visibility:hidden}' +
            '.ta-system{border-color:transparent}';
        root().append(style); }""")
    box = page.evaluate(
        "(b => [b.x, b.y, b.width, b.height])(root().querySelector('.ta-text').getBoundingClientRect())"
    )
    clip = {"x": box[0] - 10, "y": box[1] - 10, "width": box[2] + 20, "height": box[3] + 20}
    in_view = Image.open(io.BytesIO(page.screenshot(clip=clip)))
    page.evaluate(
        """([text, [x, y, w, h]]) => {
            const style = getComputedStyle(root().querySelector('.ta-text')), plain = document.createElement('div');
            root().querySelector('.ta-view').style.visibility = 'hidden';
            plain.dir = 'auto';
            plain.textContent = text;
            Object.assign(plain.style, {position: 'absolute', left: x + scrollX + 'px', top: y + scrollY + 'px',
                width: w + 'px', whiteSpace: 'pre', margin: 0,
                font: style.font, lineHeight: h + 'px', color: style.color});
            document.body.append(plain);
        }""",
        [text, box],
    )
    plain = Image.open(io.BytesIO(page.screenshot(clip=clip)))
    assert plain.convert("L").getextrema()[0] < 100, "the comparison must have ink in it"
    assert ImageChops.difference(in_view.convert("RGB"), plain.convert("RGB")).getbbox() is None


@pytest.mark.parametrize("script", SCRIPT_LINES)
def test_every_stave_holds_the_line_as_one_text_node(mount: Mount, script: str) -> None:
    text = SCRIPT_LINES[script]
    page = mount(view_of(text))
    nodes = page.evaluate(
        "staves().map(s => [...s.querySelector('.ta-text').childNodes].map(n => [n.nodeType, n.data]))"
    )
    assert nodes == [[[3, text]]] * 3


@pytest.mark.parametrize(
    "text", [*SCRIPT_LINES.values(), "a\tb  c\r\n\r\nd\n\n\ne\x00f", "\n", "x" * 300, "one two " * 60]
)
@pytest.mark.parametrize("width", [390, 1280])
def test_lines_hold_every_character_once_and_fit(mount: Mount, text: str, width: int) -> None:
    page = mount(TokenView(text, (characters_lane(text),)), width=width)
    lines = page.evaluate(
        "staves().map(({taLine: l}) => [l.byte0, l.byte1, Math.min(...l.x0, l.left), Math.max(...l.x1, l.right)])"
    )
    assert lines[0][0] == 0
    assert lines[-1][1] == len(text.encode())
    assert all(before[1] == after[0] for before, after in pairwise(lines))
    room = page.evaluate("staves()[0].clientWidth - 28")
    assert all(low >= -1 and high <= room + 1 for *_, low, high in lines)


def test_a_line_break_does_not_change_joined_letters_or_direction(mount: Mount) -> None:
    """A right-to-left paragraph drawn line by line has the glyph positions that it has as one paragraph."""
    text = "مرحبا (Token Atlas 2024) بالعالم 12 ثم " * 8
    page = mount(TokenView(text.strip(), (words_lane(text.strip()),)), width=700)
    widths = page.evaluate(
        """() => staves().map(s => {
            const l = s.taLine, p = document.createElement('div');
            p.className = 'ta-text'; p.dir = 'rtl'; p.textContent = tokenView.view.model.text;
            p.style.cssText = 'position:absolute;visibility:hidden;width:max-content';
            root().querySelector('.ta-view').append(p);
            const r = document.createRange(); r.setStart(p.firstChild, l.start); r.setEnd(p.firstChild, l.end);
            const boxes = [...r.getClientRects()]; p.remove();
            return [l.dir, l.right - l.left, boxes.reduce((sum, b) => sum + b.width, 0)]; })"""
    )
    assert len(widths) > 2
    for direction, alone, inside in widths:
        assert direction == "rtl"
        assert alone == pytest.approx(inside, abs=1.0)


def test_a_line_that_begins_with_a_bracket_keeps_the_direction_of_the_line_before(mount: Mount) -> None:
    text = "abc " + "(مرحبا) " * 30 + "xyz"
    page = mount(TokenView(text, (words_lane(text),)), width=700)
    lines = [line for line in page.evaluate("staves().map((_, k) => line(k))")[1:] if line["text"].startswith(" (")]
    assert lines
    for line in lines:
        assert line["dir"] == "ltr"
        assert line["x0"][1] > line["x0"][2], "the bracket stands right of the Arabic word that it opens"


@pytest.mark.parametrize("script", SCRIPT_LINES)
def test_boxes_of_each_tokenizer_cover_the_line(mount: Mount, script: str) -> None:
    page = mount(view_of(SCRIPT_LINES[script]))
    for k in range(3):
        line, pieces = page.evaluate(f"line({k})"), page.evaluate(f"pieces({k})")
        reach = line["left"]
        for piece in sorted(pieces, key=lambda p: p["x0"]):
            assert piece["x0"] <= reach + 1, f"gap before {piece} in stave {k}"
            reach = max(reach, piece["x1"])
        assert reach >= line["right"] - 1


def test_a_token_with_part_of_a_character_is_that_fraction(mount: Mount) -> None:
    text = "a語b"  # 語 has three bytes
    page = mount(TokenView(text, (bytes_lane(text),)))
    line, pieces = page.evaluate("line(0)"), page.evaluate("pieces(0)")
    x0, width = line["x0"][1], line["x1"][1] - line["x0"][1]
    for third, piece in enumerate(pieces[1:4]):
        assert piece["x0"] == pytest.approx(x0 + width * third / 3, abs=0.01)
        assert piece["x1"] == pytest.approx(x0 + width * (third + 1) / 3, abs=0.01)


def test_right_to_left_tokens_run_from_the_right(mount: Mount) -> None:
    text = "אבגד"
    page = mount(TokenView(text, (characters_lane(text), bytes_lane(text))))
    line = page.evaluate("line(0)")
    assert line["rtl"] == [1, 1, 1, 1]
    characters = [p["x0"] for p in page.evaluate("pieces(0)")]
    assert characters == sorted(characters, reverse=True)
    halves = page.evaluate("pieces(1)")  # two bytes per letter: the first byte is the right half
    assert halves[0]["x1"] == pytest.approx(line["x1"][0], abs=0.01)
    assert halves[0]["x0"] == pytest.approx((line["x0"][0] + line["x1"][0]) / 2, abs=0.01)


def test_direction_changes_give_a_token_several_boxes(mount: Mount) -> None:
    text = "ab אב cd"
    page = mount(TokenView(text, (lane_of_pieces("two", ["ab א", "ב cd"]),)))
    by_token = [p["t"] for p in page.evaluate("pieces(0)")]
    assert by_token.count(0) == 2
    assert by_token.count(1) == 2


def test_marks_tell_cuts_inside_characters_from_cuts_between_them(mount: Mount) -> None:
    accent = "e\u0301"
    page = mount(TokenView(f"x{accent}y", (characters_lane(f"x{accent}y"),)))
    assert page.evaluate("[all('.ta-over .soft').length, all('.ta-over .cut').length]") == [1, 0]
    same_view(page, TokenView("é", (bytes_lane("é"),)))
    assert page.evaluate("[all('.ta-over .soft').length, all('.ta-over .cut').length]") == [0, 1]


def test_many_cuts_in_one_cluster_become_one_comb(mount: Mount) -> None:
    page = mount(TokenView(FAMILY, (bytes_lane(FAMILY),)))
    assert page.evaluate("all('.ta-over .comb').length") == 1
    assert page.evaluate("root().querySelectorAll('.ta-over .cut:not(.comb)').length") == 0


@pytest.mark.parametrize("ch", ["\u200b", "\ufeff", "\x00", "\u00ad", "\u2060"])
def test_a_character_without_width_is_flagged_and_can_be_hovered(mount: Mount, ch: str) -> None:
    text = f"a{ch}b"
    page = mount(TokenView(text, (characters_lane(text),)))
    line = page.evaluate("line(0)")
    if line["x1"][1] - line["x0"][1] >= 0.5:
        pytest.skip("this font draws it")
    assert page.evaluate("all('.ta-over .flag').length") == 1
    assert f"U+{ord(ch):04X}" in hover(page, 0, 1)


def test_every_kind_has_its_own_mark_and_the_legend_names_only_these(mount: Mount) -> None:
    text, lane = every_kind_lane()
    page = mount(TokenView(text, (lane,)))
    for mark in ("byte", "unk", "spec", "ins"):
        assert page.evaluate(f"all('.ta-stave .{mark}').length") == 1, mark
    legend = page.evaluate("root().querySelector('.ta-legend').innerText")
    for word in ("byte fallback", "unknown", "special", "inserted", "inside a character"):
        assert word in legend
    assert "without width" not in legend
    same_view(page, TokenView("plain", (words_lane("plain"),)))
    assert page.evaluate("root().querySelector('.ta-legend').innerText") == ""


@pytest.mark.parametrize("dark", [False, True])
@pytest.mark.parametrize("colours", ["alternate", "id"])
def test_text_and_cut_lines_keep_their_contrast(mount: Mount, dark: bool, colours: Any) -> None:
    page = mount(replace(view_of("The quick brown fox"), colours=colours), dark=dark)
    names = [f"c{i}" for i in range(5)] if colours == "alternate" else [f"h{i}" for i in range(12)]
    style = "getComputedStyle(root().querySelector('.ta-view')).getPropertyValue('--ta-%s').trim()"
    ink, red = (page.evaluate(style % name) for name in ("ink", "red"))
    for name in names:
        fill = page.evaluate(style % name)
        assert contrast(fill, ink) >= 4.5
        assert contrast(fill, red) >= 3


def contrast(a: str, b: str) -> float:
    """WCAG contrast ratio of two #rrggbb colours."""

    def luminance(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in parts)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue

    high, low = sorted((luminance(a), luminance(b)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def test_the_same_id_has_the_same_colour_everywhere(mount: Mount) -> None:
    text = "go go go"
    page = mount(TokenView(text, (lane_of_pieces("a", ["go", " ", "go", " ", "go"]),), colours="id"))
    fills = page.evaluate(
        "all('.ta-boxes path').map(p => [p.getAttribute('class'), p.getAttribute('d').split('M').length - 1])"
    )
    assert sum(n for _, n in fills) == 5
    assert sorted(n for _, n in fills) in ([2, 3], [5])


def test_consensus_counts_the_tokenizers_that_cut(mount: Mount) -> None:
    text = "ab cd"
    page = mount(TokenView(text, three_lanes(text)))
    bars = page.evaluate("root().querySelector('.ta-track').taBars.map(b => b.n)")
    assert bars == [2, 3, 2, 2]  # a|b by characters and bytes, b|␣ by all, ␣|c and c|d by two
    height = page.evaluate("+root().querySelector('.ta-track').getAttribute('height')")
    tops = page.evaluate(
        "all('.ta-track path').flatMap(p => [...p.getAttribute('d').matchAll(/V([\\d.-]+)/g)].map(m => +m[1]))"
    )
    assert min(tops) >= 0
    assert max(tops) < height
    x = page.evaluate("(b => b.left + root().querySelector('.ta-track').taBars[1].x)(box('.ta-track'))")
    y = page.evaluate("(b => b.top + 12)(box('.ta-track'))")
    page.mouse.move(x, y)
    assert "3 of 3 tokenizers cut here" in page.evaluate("tip()")


def test_one_tokenizer_has_no_consensus_track(mount: Mount) -> None:
    page = mount(TokenView("ab", (bytes_lane("ab"),)))
    assert page.evaluate("all('.ta-track').length") == 0
