"""Pages of the app without a browser, and what their visitors share."""

from functools import cache
from pathlib import Path

import streamlit as st
from streamlit.components.v2 import manifest_scanner
from streamlit.testing.v1 import AppTest

from core.jobs.shared_cache import shared

ROOT = Path(__file__).parents[1]
FRAME = ROOT / "components" / "frame" / "frame.py"
PATIENCE = 240  # seconds; only so that nothing hangs for ever

# Each AppTest looks for components among all that is installed, 0.3 s of processor time; they are the same for all.
manifest_scanner.scan_component_manifests = cache(manifest_scanner.scan_component_manifests)


def unopened(page: str = "") -> AppTest:
    """A page by its name in the address, or the frame, which opens on Segmentation; it has not run yet."""
    script = ROOT / "pages" / f"{page}.py" if page else FRAME
    return AppTest.from_file(str(script), default_timeout=PATIENCE)


def opened(page: str = "", /, **query: str | list[str]) -> AppTest:
    """The same, once a link with this query has opened it; whatever is asked, no page raises."""
    app = unopened(page)
    app.query_params.update(query)
    app.run()
    assert not app.exception, app.exception
    return app


def forget() -> None:
    """All that the visitors of a server share: the next page is the first one of a server."""
    st.cache_resource.clear()
    st.cache_data.clear()
    shared.cache_clear()
