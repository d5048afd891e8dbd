"""The token view in a page of its own: no server, the same code as in Streamlit."""

import json

from components.segmentation.token_view.component import TokenView, payload
from components.segmentation.token_view.script import library


def standalone_html(view: TokenView, *, title: str = "Token Atlas: segmentation") -> str:
    """One HTML page that shows `view` and hovers, with no server and no other file."""
    data = json.dumps(payload(view), ensure_ascii=True).replace("<", "\\u003c")
    safe_title = title.replace("&", "&amp;").replace("<", "&lt;")
    return (
        '<!doctype html>\n<html lang="en"><head><meta charset="utf-8">'
        f'<meta name="viewport" content="width=device-width, initial-scale=1"><title>{safe_title}</title>\n'
        "<style>:root{color-scheme:light dark;--st-font:'Noto Sans',system-ui,sans-serif}"
        "body{margin:24px;font-family:var(--st-font)}@media(max-width:700px){body{margin:12px}}"
        "@media(prefers-color-scheme:dark){body{background:#0e1117}}</style></head>\n"
        f'<body><div id="token-view"></div>\n<script type="application/json" id="payload">{data}</script>\n'
        f"<script>window.tokenView = ({library()})().mountTokenView("
        "document.getElementById('token-view'), "
        "JSON.parse(document.getElementById('payload').textContent));</script>\n</body></html>\n"
    )
