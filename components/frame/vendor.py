"""Scripts of other projects that the browser loads on demand, from this server: nothing comes from the network."""

from pathlib import Path

import plotly
from starlette.requests import Request
from starlette.responses import FileResponse
from starlette.routing import Route

from components.frame.base_path import base_path

_PLOTLY = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
_ADDRESS = "vendor/plotly.min.js"
_A_YEAR = "public, max-age=31536000, immutable"  # the version is in the address


def plotly_address() -> str:
    """Where this server has plotly.js, as an absolute path."""
    return f"{base_path()}/{_ADDRESS}?v={plotly.__version__}"


def plotly_source() -> str:
    """plotly.js itself, for pages that have no server."""
    return _PLOTLY.read_text(encoding="utf-8")


def vendor_routes() -> list[Route]:
    """What the server's entry adds to Streamlit's own routes."""
    return [Route(f"{base_path()}/{_ADDRESS}", _plotly, methods=["GET"])]


async def _plotly(request: Request) -> FileResponse:
    return FileResponse(_PLOTLY, media_type="text/javascript", headers={"Cache-Control": _A_YEAR})
