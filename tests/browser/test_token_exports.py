"""The token view as a picture, a page and data, made in a real browser."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from PIL import Image
from playwright.sync_api import Page

from components.segmentation.token_view import script
from components.segmentation.token_view.component import (
    TokenView,
    payload,
)
from tests.browser.harness.lanes import (
    bytes_lane,
    every_kind_lane,
    view_of,
    words_lane,
)
from tests.browser.harness.token_page import (
    SCRIPT_LINES,
    Mount,
    click,
    export,
)

pytestmark = pytest.mark.browser


@pytest.mark.parametrize("text", [*SCRIPT_LINES.values(), "tab\there <b>&amp;</b> \x00\x1b ]]> \u202eabc"])
def test_svg_is_wellformed_and_holds_the_text(mount: Mount, tmp_path: Path, text: str) -> None:
    page = mount(view_of(text))
    tree = ElementTree.fromstring(export(page, "SVG", tmp_path / "view.svg"))
    ns = "{http://www.w3.org/2000/svg}"
    texts = ["".join(node.itertext()) for node in tree.iter(f"{ns}text")]
    shown = re.sub(r"[\x00-\x08\x0b-\x1f]", lambda m: chr(0x2400 + ord(m[0])), text)
    assert texts.count(shown) == 3
    assert len(list(tree.iter(f"{ns}path"))) > 3
    assert not [node for node in tree.iter() if node.tag in (f"{ns}image", f"{ns}script")]


def test_svg_of_many_lines_holds_the_whole_window(mount: Mount, tmp_path: Path) -> None:
    text = "The quick brown fox jumps over the lazy dog. " * 60
    page = mount(TokenView(text, (words_lane(text),)))
    tree = ElementTree.fromstring(export(page, "SVG", tmp_path / "view.svg"))
    joined = "".join("".join(node.itertext()) for node in tree.iter("{http://www.w3.org/2000/svg}text"))
    assert text in joined


def test_png_is_twice_the_size(mount: Mount, tmp_path: Path) -> None:
    page = mount(view_of("Hello world"))
    image = Image.open(io.BytesIO(export(page, "PNG", tmp_path / "view.png")))
    assert image.width == 2 * (page.evaluate("root().querySelector('.ta-stage').clientWidth") + 32)
    colours = image.convert("RGB").getcolors(1 << 24)
    assert colours is not None
    assert len(colours) > 5


def test_exported_html_hovers_without_a_server(mount: Mount, open_page: Callable[..., Page], tmp_path: Path) -> None:
    text = "ab </script> cd"
    page = mount(view_of(text))
    path = tmp_path / "export.html"
    assert b"http" not in export(page, "HTML", path).replace(b"http://www.w3.org/2000/svg", b"")
    other = open_page()
    other.goto(path.as_uri())
    first = other.locator(".ta-stave").first
    first.hover(position={"x": 25, "y": 15})
    assert "id" in other.locator(".ta-tip.ta-open").inner_text()
    assert first.locator(".ta-text").inner_text() == text


def test_sources_can_stand_inside_a_script_element() -> None:
    for name in script.SCRIPTS:
        source = (script.HERE / name).read_text(encoding="utf-8")
        assert "</script" not in source.lower()
        assert "<!--" not in source
        assert len(source.splitlines()) <= 400


def test_payload_is_plain_json() -> None:
    text, lane = every_kind_lane()
    document = json.loads(json.dumps(payload(TokenView(text, (lane,)))))
    assert document["lanes"][0]["pieces"] == {"6": "3c756e6b3e"}
    assert document["first_index"] == [0]


def test_svg_has_title_and_legend(mount: Mount, tmp_path: Path) -> None:
    text, lane = every_kind_lane()
    page = mount(TokenView(text, (lane, bytes_lane(text, "a name much too long to stand in front of a lane"))))
    tree = ElementTree.fromstring(export(page, "SVG", tmp_path / "view.svg"))
    ns = "{http://www.w3.org/2000/svg}"
    words = ["".join(node.itertext()) for node in tree.iter(f"{ns}text")]
    assert f"2 tokenizers on “{text}”" in words
    for meaning in ("byte fallback", "unknown to the vocabulary", "inserted, not in the text", "special token"):
        assert meaning in words
    assert "how many tokenizers cut there" in words
    assert next(word for word in words if word.startswith("a name much")).endswith("…")
    boxes = page.evaluate(
        """svg => { const box = document.createElement('div'); box.innerHTML = svg; document.body.append(box);
          const frame = box.firstChild.getBoundingClientRect();
          return [...box.querySelectorAll('text')].map(t => t.getBoundingClientRect())
            .map(b => b.right <= frame.right + 1 && b.bottom <= frame.bottom + 1); }""",
        (tmp_path / "view.svg").read_text(encoding="utf-8"),
    )
    assert all(boxes)


@pytest.mark.parametrize("view", ["lanes", "cards"])
def test_a_picture_of_one_line_holds_that_line_under_every_tokenizer(mount: Mount, view: Any) -> None:
    text = "first line\nsecond line\nthird line"
    page = mount(replace(view_of(text), view=view))
    click(page, 1 if view == "cards" else 3, 4 if view == "lanes" else 3)
    with page.expect_download() as waiting:
        page.evaluate("tokenView.saveAs('SVG', true)")
    tree = ElementTree.fromstring(Path(waiting.value.path()).read_bytes())
    words = ["".join(node.itertext()) for node in tree.iter("{http://www.w3.org/2000/svg}text")]
    assert {"3 tokens on this line", "12 tokens on this line"} <= set(words) or view == "cards"
    assert sum("second line" in word and " on “" not in word for word in words) == 3
    assert {"words", "characters", "bytes"} <= set(words)
    assert int(tree.get("height", 0)) < 320
