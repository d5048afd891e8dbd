"""Contrast of the text of a whole page, as the browser draws it: WCAG 2.2, success criterion 1.4.3."""

from pathlib import Path

from playwright.sync_api import Page

NEEDED = 4.5

_PALE = (Path(__file__).parent / "harness" / "contrast.js").read_text(encoding="utf-8")


def too_pale(page: Page) -> list[str]:
    """What of the page's text has less contrast than it needs, with the ratio."""
    return page.evaluate(_PALE, NEEDED)  # type: ignore[no-any-return]
