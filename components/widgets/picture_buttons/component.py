"""Buttons that save a plotly figure as SVG and PNG, drawn in the reader's browser: no network, no browser here."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
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


@dataclass(frozen=True)
class Picture:
    """One size of the figure.

    Args:
        label: of the size, such as "one column".
        centimetres: how wide it is printed.
        figure: as it is to be drawn; its layout says on how many pixels.
    """

    label: str
    centimetres: float
    figure: go.Figure


def picture_buttons(pictures: Sequence[Picture], name: str, alt: str, *, key: str) -> None:
    """Draw the buttons; the PNG has 300 dots to the inch.

    Args:
        pictures: the same figure in several sizes, the usual one first; each has traces of its own.
        name: of the files, without ending.
        alt: what the picture shows, for those who do not see it; goes into the SVG.
    """
    drawn = [json.loads(one.figure.to_json()) for one in pictures]
    sizes = [
        {"label": one.label, "centimetres": one.centimetres, "layout": each["layout"], "traces": each["data"]}
        for one, each in zip(pictures, drawn, strict=True)
    ]
    _component(key=key, data={"sizes": sizes, "name": name, "alt": alt, "script": plotly_address()})
