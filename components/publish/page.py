"""The HTML file of a drawn page: its elements, its data and the scripts that draw them."""

import json
from datetime import UTC, datetime
from html import escape
from pathlib import Path
from typing import Any

from components.frame.vendor import plotly_source
from components.publish.drawn_page import drawn_page, other_orders
from components.publish.markup import Markup
from core.common.program import VERSION
from core.common.public_link import public_link

_HERE = Path(__file__).parent
_TITLES = {"premium": "Multilingual premium", "segmentation": "Segmentation"}


def page(link: str) -> str:
    """The page of a link as one HTML document that hovers and sorts, without a server or a network.

    Raises:
        UserError: it cannot be published; says why.
    """
    drawn = drawn_page(link)
    markup = Markup(drawn.sort)
    body = markup.of(drawn.main)
    data = {
        "charts": markup.charts,
        "orders": other_orders(drawn),
        "components": markup.components,
        "sources": markup.sources,
    }
    title = _TITLES[drawn.name]
    scripts = [plotly_source()] if markup.charts else []
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{title}, Token Atlas</title>\n<style>{_read('page.css')}</style>{drawn.styles}</head>\n"
        f"<body><main>{'' if '<h1>' in body else f'<h1>{title}</h1>'}{body}</main>{_foot(link)}\n"
        f'<script type="application/json" id="data">{_inert(data)}</script>\n'
        + "".join(f"<script>{script}</script>\n" for script in (*scripts, _read("page.js")))
        + "</body></html>\n"
    )


def _foot(link: str) -> str:
    found = public_link(link) if "://" in link else ""
    there = f' The live page: <a href="{escape(found)}">{escape(found)}</a>' if found.startswith("http") else ""
    day = datetime.now(UTC).date().isoformat()
    return (
        f"<footer>Published {day} with Token Atlas {VERSION}; numbers and pictures stay as they were then. What asks a "
        f"server, such as a click that leads to sentences, is left to the live page.{there}</footer>"
    )


def _inert(data: dict[str, Any]) -> str:
    """JSON that ends no script element."""
    return json.dumps(data).replace("<", "\\u003c")


def _read(name: str) -> str:
    return (_HERE / name).read_text(encoding="utf-8")
