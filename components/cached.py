"""Every st.cache_* wrapper: what sessions share, and how much of it is kept."""

import streamlit as st

from core.catalog import offered as core_offered
from core.catalog import open_tokenizer
from core.segmentation import Segmentation
from core.tokenizer import Specials, Tokenizer


@st.cache_data(show_spinner=False)
def offered() -> list[tuple[str, str]]:
    """(spec, label) of every tokenizer that opens without a network."""
    return core_offered()


@st.cache_resource(max_entries=32, show_spinner="Opening the tokenizer …")
def tokenizer(spec: str) -> Tokenizer:
    """A tokenizer, loaded once for all sessions."""
    return open_tokenizer(spec)


@st.cache_resource(max_entries=64, show_spinner=False)
def segmentation(spec: str, text: str, add: bool, parse: bool) -> Segmentation:
    """A text cut by a tokenizer; shared, so that a rerun for another option does not cut it again."""
    return tokenizer(spec).segment(text, Specials(add=add, parse=parse))
