"""A popover that makes the page, as it stands, a file that needs no server."""

import io
import zipfile
from collections.abc import Callable

import streamlit as st

from components.frame.asking import fragment
from components.frame.errors import user_errors
from components.frame.visitor import visitor
from core.common.program import PROGRAM
from core.export.publish import published_page, static_files

_MADE = "published"  # in the session: link of the page made last, and its zip


def publish_popover(link: Callable[[], str]) -> None:
    """The popover; the page is made when it is asked for.

    Args:
        link: of the page as it stands.
    """

    def draw() -> None:
        place = st.popover("Publish", icon=":material/public:", type="tertiary", key="publish", on_change="rerun")
        if place.open:
            with place:
                publish_button(link())

    fragment(draw)()


def publish_button(link: str) -> None:
    """What it is, a button that makes it, and one that saves what was made."""
    st.caption(
        "This view as one HTML file with its data, for a web server or a static Space: no server and no network are "
        f"needed, hover and sort still work. The same on the command line: `{PROGRAM} publish --link '{link}' "
        "--out FOLDER`."
    )
    if st.button("Make the page", icon=":material/build:", key="publish_make"):
        with user_errors(), st.spinner("Drawing the page once more …", show_time=True):
            st.session_state[_MADE] = link, _zipped(published_page(link, visitor().key))
    made = st.session_state.get(_MADE)
    if made and made[0] == link:
        st.download_button(
            "Save the folder (zip)",
            made[1],
            "token-atlas-page.zip",
            "application/zip",
            icon=":material/download:",
            on_click="ignore",
            key="publish_save",
        )


def _zipped(document: bytes) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, data in static_files(document).items():
            archive.writestr(f"token-atlas-page/{name}", data)
    return buffer.getvalue()
