"""Charts leave the page as files: pictures are drawn without a network, on white whatever the theme."""

import io
import struct
import xml.etree.ElementTree as ET
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

APP = Path(__file__).parents[2] / "app.py"
SVG = "{http://www.w3.org/2000/svg}"

pytestmark = pytest.mark.browser


def saved(page: Page, label: str) -> bytes:
    with page.expect_download(timeout=30_000) as download:
        page.get_by_role("button", name=label, exact=True).click()
    return Path(download.value.path()).read_bytes()


def first_pixel(png: bytes) -> tuple[int, ...]:
    """Width, height, and the colour of the pixel at the top left, whose filter predicts from nothing."""
    file = io.BytesIO(png[8:])
    width = height = 0
    data = b""
    while head := file.read(8):
        length, kind = struct.unpack(">I4s", head)
        chunk = file.read(length)
        file.read(4)
        if kind == b"IHDR":
            width, height = struct.unpack(">II", chunk[:8])
        elif kind == b"IDAT":
            data += chunk
    return (width, height, *zlib.decompress(data)[1:4])


@pytest.mark.parametrize("dark", [False, True])
def test_a_chart_is_taken_away_without_a_network(
    open_page: Callable[..., Page], app_server: Callable[..., str], dark: bool
) -> None:
    page = open_page(dark=dark)
    address = app_server(APP)
    strangers: list[str] = []
    page.on("request", lambda r: None if r.url.startswith((address, "data:", "blob:")) else strangers.append(r.url))
    page.goto(f"{address}/premium?find=Thai,Lao&counted=gpt-2&counted=bert-cased&sort=Name")
    page.locator(".st-key-heatmap_take_away button").first.click(timeout=60_000)
    root = ET.fromstring(saved(page, "SVG"))
    texts = [each.text for each in root.iter(f"{SVG}text")]
    assert {"Thai", "Lao", "GPT-2"} <= set(texts)
    assert any("fingerprint 2d1e0da105b15844" in (text or "") for text in texts)
    ground = next(root.iter(f"{SVG}rect"))
    assert "rgb(255, 255, 255)" in ground.get("style", "")
    assert "Premiums of 2 languages" in (root.findtext(f"{SVG}title") or "")
    width, _, *colour = first_pixel(saved(page, "PNG"))
    assert width == 2 * 760 and colour == [255, 255, 255]
    assert saved(page, "CSV").count(b"\r\n") == 5
    assert b"toprule" in saved(page, "LaTeX") and saved(page, "Parquet")[:4] == b"PAR1"
    expect(page.get_by_text("http://127.0.0.1" if "127.0.0.1" in address else "http://localhost").first).to_be_visible()
    assert strangers == []
