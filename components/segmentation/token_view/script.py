"""The token view's JavaScript as one script, made of the plain files beside this one without a build step."""

import json
from functools import cache
from pathlib import Path

HERE = Path(__file__).parent
SCRIPTS = (
    "data.js",
    "geometry.js",
    "ids.js",
    "marks.js",
    "paint.js",
    "arrange.js",
    "lane_menu.js",
    "find.js",
    "selection.js",
    "tip.js",
    "interact.js",
    "export.js",
    "main.js",
)  # one scope; order matters only for constants


@cache
def library() -> str:
    """The function `tokenAtlasView`, which returns the entry points; the HTML export embeds its source."""
    css = json.dumps((HERE / "token_view.css").read_text(encoding="utf-8"))
    parts = [(HERE / name).read_text(encoding="utf-8") for name in SCRIPTS]
    return "\n".join(
        [
            "function tokenAtlasView() {",
            '"use strict";',
            f"const TOKEN_VIEW_CSS = {css};",
            *parts,
            "return { mountTokenView, streamlitMount };",
            "}",
        ]
    )
