"""What the tools under the token view work on."""

from collections.abc import Sequence
from dataclasses import dataclass

import streamlit as st

from components.segmentation.picked import Picked
from components.segmentation.rows import Row
from components.widgets import text_state
from components.widgets.sample_picker import SAMPLES
from components.widgets.view_options import ViewOptions

LIVE = "live_segmentation"  # key of the fragment that follows the typing
VIEW_KEY = "token_view"  # key of the page's token view
TEXT_FRAGMENTS = (LIVE, SAMPLES)  # what shows the text at hand, or says which it is


@dataclass(frozen=True, eq=False)
class SegmentationContext:
    """The rows, their text, the characters of it that are drawn, the options, and the token clicked last."""

    rows: Sequence[Row]
    text: str
    span: tuple[int, int]
    options: ViewOptions
    picked: Picked | None


def show_text(text: str) -> None:
    """Callback: put a text into the editor; the user's own can be had back."""
    text_state.replace(text)
    st.rerun(TEXT_FRAGMENTS)
