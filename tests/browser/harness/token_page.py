"""What tests ask of the token view's standalone page: where things are, what is lit, what the card says."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page

from components.segmentation.token_view.component import TokenView, payload

FAMILY = "👩‍👩‍👧‍👦"
SCRIPT_LINES = {
    "arabic": "لوحة تحكم للمقارنة بين المحللات",
    "hebrew": "לוח מחוונים (12,5) English",
    "devanagari": "बीच में भाषा प्रौद्योगिकी क्षत्रिय",
    "thai": "ไม่มีช่องว่างระหว่างคำ น้ำ",
    "tamil": "தமிழ் மொழி ஒரு செம்மொழி",
    "bengali": "বাংলা ভাষা ক্ষমতা",
    "emoji": f"a {FAMILY} 🇩🇪 👍🏽 ❤️ b",
    "mixed": "office fi مرحبا naïve",
}

# Everything a test asks of the page, in one place. Rectangles are relative to the line's own left edge.
PROBES = """
window.root = () => document.querySelector('#token-view').shadowRoot;
window.all = (selector) => [...root().querySelectorAll(selector)];
window.box = (selector) => root().querySelector(selector).getBoundingClientRect();
window.staves = () => all('.ta-stave');
window.pieces = (k) => {
  const s = staves()[k];
  tokenView.view.fill(s);
  return s.taPieces.map(({t, x0, x1}) => ({t, x0, x1}));
};
window.line = (k) => {
  const l = staves()[k].taLine;
  return {text: l.text, dir: l.dir, left: l.left, right: l.right, x0: [...l.x0], x1: [...l.x1], rtl: [...l.rtl]};
};
window.tip = () => {
  const t = root().querySelector('.ta-tip');
  return t.classList.contains('ta-open') ? t.innerText : null;
};
window.tipBox = () => { const b = box('.ta-tip'); return [b.left, b.top, b.right, b.bottom]; };
window.lit = (name) => all('.ta-glow .' + name).length;
window.tokenCentre = (k, t) => {
  const b = staves()[k].getBoundingClientRect(), p = pieces(k).find(p => p.t === t);
  return [b.left + 14 + (p.x0 + p.x1) / 2, b.top + b.height / 2];
};
0  // the value of this script: a function would be called
"""

FOCUSED = "Boolean(root().activeElement?.classList.contains('ta-cursor'))"
Mount = Callable[..., Page]


def hover(page: Page, stave: int, token: int) -> str:
    page.mouse.move(*page.evaluate(f"tokenCentre({stave}, {token})"))
    return page.evaluate("tip()") or ""


def click(page: Page, stave: int, token: int) -> None:
    page.mouse.click(*page.evaluate(f"tokenCentre({stave}, {token})"))


def same_view(page: Page, view: TokenView) -> None:
    page.evaluate("p => tokenView.update(p)", payload(view))


def token_name(page: Page) -> str:
    return str(page.evaluate("root().querySelector('.ta-cursor').getAttribute('aria-label')"))


def export(page: Page, name: str, path: Path) -> bytes:
    page.locator(".ta-button").click()
    with page.expect_download() as download:
        page.locator(".ta-item", has_text=name).click()
    download.value.save_as(path)
    return path.read_bytes()
