"""What sessions share of tokenizers and of texts cut by them; sized things in one cache bounded by bytes."""

import streamlit as st

from core.jobs.shared_cache import shared
from core.segmentation.statistics import Statistics
from core.segmentation.statistics import statistics as core_statistics
from core.tokenizers.catalog import offered as core_offered
from core.tokenizers.catalog import open_tokenizer
from core.tokenizers.formats.builtin import words
from core.tokenizers.segmentation import Segmentation
from core.tokenizers.tokenizer import Specials, Tokenizer
from core.tokenizers.units import Segmenter, Units, units_of

# What follows the typing is small and stale with the next key, so it is bounded by number too: 60 visitors with eight
# tokenizers each find their last text again.
MOST_OF_A_TEXT = 512
SEGMENTERS = {"": None, "uax29": Segmenter("UAX 29 boundaries", words)}


@st.cache_data(max_entries=1, show_spinner=False)
def offered() -> list[tuple[str, str]]:
    """(spec, label) of every tokenizer that opens without a network."""
    return core_offered()


def tokenizer(spec: str) -> Tokenizer:
    """A tokenizer, loaded once for all sessions."""
    return shared().get(("tokenizer", spec), lambda: open_tokenizer(spec))


def segmentation(spec: str, text: str, add: bool, parse: bool) -> Segmentation:
    """A text cut by a tokenizer; shared, so that a rerun for another option does not cut it again."""
    return shared().get(
        ("segmentation", spec, text, add, parse),
        lambda: tokenizer(spec).segment(text, Specials(add=add, parse=parse)),
        most=MOST_OF_A_TEXT,
    )


def units(text: str, segmenter: str) -> Units:
    """The characters, clusters and words of a text, found once for all tokenizers."""
    return shared().get(
        ("units", text, segmenter), lambda: units_of(text, SEGMENTERS[segmenter]), most=MOST_OF_A_TEXT // 8
    )


def statistics(spec: str, text: str, add: bool, parse: bool, segmenter: str = "") -> Statistics:
    """The numbers of one tokenizer on a text."""
    return shared().get(
        ("statistics", spec, text, add, parse, segmenter),
        lambda: core_statistics(segmentation(spec, text, add, parse), units(text, segmenter)),
        most=MOST_OF_A_TEXT,
    )
