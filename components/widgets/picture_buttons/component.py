"""Two buttons that save a plotly figure as SVG and PNG, drawn in the reader's browser: no network, no browser here."""

from pathlib import Path

import plotly.graph_objects as go
import streamlit as st

from components.frame.vendor import plotly_address

_HERE = Path(__file__).parent
_component = st.components.v2.component(
    "token_atlas_picture_buttons",
    html=(_HERE / "picture_buttons.html").read_text(),
    css=(_HERE / "picture_buttons.css").read_text(),
    js=(_HERE / "picture_buttons.js").read_text(),
)


def picture_buttons(figure: go.Figure, name: str, alt: str, *, key: str) -> None:
    """Draw the buttons.

    Args:
        figure: as it is to be drawn; its layout says how large.
        name: of the files, without ending.
        alt: what the picture shows, for those who do not see it; goes into the SVG.
    """
    _component(key=key, data={"figure": figure.to_json(), "name": name, "alt": alt, "script": plotly_address()})
