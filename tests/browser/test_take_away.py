"""Charts leave the page as files: pictures are drawn without a network, on white whatever the theme."""

import io
import struct
import xml.etree.ElementTree as ET
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page

APP = Path(__file__).parents[2] / "app.py"
SVG = "{http://www.w3.org/2000/svg}"

pytestmark = pytest.mark.browser


def saved(page: Page, label: str) -> bytes:
    with page.expect_download() as download:
        page.get_by_role("button", name=label, exact=True).click()
    return Path(download.value.path()).read_bytes()


def first_pixel(png: bytes) -> tuple[int, ...]:
    """Width, height, dots to the metre, and the colour of the top left pixel, whose filter predicts from nothing."""
    file = io.BytesIO(png[8:])
    width = height = dots = 0
    data = b""
    while head := file.read(8):
        length, kind = struct.unpack(">I4s", head)
        chunk = file.read(length)
        file.read(4)
        if kind == b"IHDR":
            width, height = struct.unpack(">II", chunk[:8])
        elif kind == b"pHYs":
            dots = struct.unpack(">I", chunk[:4])[0]
        elif kind == b"IDAT":
            data += chunk
    return (width, height, dots, *zlib.decompress(data)[1:4])


@pytest.mark.parametrize("dark", [False, True])
def test_a_chart_is_taken_away_without_a_network(
    open_page: Callable[..., Page], app_server: Callable[..., str], dark: bool
) -> None:
    page = open_page(dark=dark)
    address = app_server(APP)
    strangers: list[str] = []
    page.on("request", lambda r: None if r.url.startswith((address, "data:", "blob:")) else strangers.append(r.url))
    page.goto(f"{address}/premium?find=Thai,Lao&counted=gpt-2&counted=bert-cased&sort=Name")
    page.locator(".st-key-heatmap_take_away button").first.click()
    root = ET.fromstring(saved(page, "SVG"))
    texts = [each.text for each in root.iter(f"{SVG}text")]
    assert {"Thai", "Lao", "GPT-2"} <= set(texts)
    assert any("fingerprint 2d1e0da105b15844" in (text or "") for text in texts)
    ground = next(root.iter(f"{SVG}rect"))
    assert "rgb(255, 255, 255)" in ground.get("style", "")
    assert "Premiums of 2 languages" in (root.findtext(f"{SVG}title") or "")
    assert next(root.iter(f"{SVG}image"), None) is None and root.get("width") == "17.5cm"
    width, _, dots, *colour = first_pixel(saved(page, "PNG"))
    assert (width, dots) == (2067, 11811) and colour == [255, 255, 255]  # 17.5 cm with 300 dots to the inch
    page.get_by_label("Width of the picture").select_option("one column, 8.5 cm")
    assert first_pixel(saved(page, "PNG"))[:3:2] == (1004, 11811)
    with zipfile.ZipFile(io.BytesIO(saved(page, "CSV"))) as archive:
        assert archive.read("cells.csv").count(b"\r\n") == 5 and b"| clusters |" in archive.read("README.md")
    assert b"toprule" in saved(page, "LaTeX") and saved(page, "Parquet")[:2] == b"PK"
    citations = saved(page, "BibTeX")
    assert b"petrov2023" in citations and address.encode() not in citations
    assert strangers == []
