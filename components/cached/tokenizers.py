"""What sessions share of tokenizers and of texts cut by them; sized things in one cache bounded by bytes."""

import streamlit as st

from core.jobs.shared_cache import shared
from core.metrics.base import Value, on_text
from core.metrics.evidence import of_text
from core.text.units import SEGMENTERS, Units, units_of
from core.tokenizers.catalog import open_tokenizer
from core.tokenizers.opening.shipped import PreparedTokenizer, opening_cuts
from core.tokenizers.opening.shipped import offered as core_offered
from core.tokenizers.segmentation import Segmentation
from core.tokenizers.tokenizer import Specials, Tokenizer
from core.tokenizers.well_known import Access, availability, well_known

FIND_WORDS = "Choose “By UAX 29 in every script” in Statistics to count them."

# What follows the typing is small and stale with the next key, so it is bounded by number too: 60 visitors with eight
# tokenizers each find their last text again.
MOST_OF_A_TEXT = 512


@st.cache_data(max_entries=1, show_spinner=False)
def offered() -> list[tuple[str, str]]:
    """(spec, label) of every tokenizer that opens without a network."""
    return core_offered()


@st.cache_data(max_entries=1, ttl=30, show_spinner=False)
def had_here() -> dict[str, str]:
    """Spec to label of the tokenizers of well-known models that can be had now; what has to be fetched says so."""
    found: dict[str, str] = {}
    for model in well_known():
        how = availability(model)
        if how.now and model.spec not in found:
            found[model.spec] = model.label if how.access is Access.HERE else f"{model.label} · {how.words}"
    return found


def tokenizer(spec: str) -> Tokenizer:
    """A tokenizer, loaded once for all sessions."""
    return shared().get(("tokenizer", spec), lambda: open_tokenizer(spec))


def to_draw(spec: str) -> Tokenizer:
    """The same to draw a text with: one of the opening knows the opening text before it is loaded."""
    cut = opening_cuts().get(spec)
    return PreparedTokenizer(cut, lambda: tokenizer(spec)) if cut else tokenizer(spec)


def segmentation(spec: str, text: str, add: bool, parse: bool) -> Segmentation:
    """A text cut by a tokenizer; shared, so that a rerun for another option does not cut it again."""
    return shared().get(
        ("segmentation", spec, text, add, parse),
        lambda: to_draw(spec).segment(text, Specials(add=add, parse=parse)),
        most=MOST_OF_A_TEXT,
    )


def units(text: str, segmenter: str) -> Units:
    """The characters, clusters and words of a text, found once for all tokenizers."""
    return shared().get(
        ("units", text, segmenter),
        lambda: units_of(text, SEGMENTERS.get(segmenter), FIND_WORDS),
        most=MOST_OF_A_TEXT // 8,
    )


def numbers(spec: str, text: str, add: bool, parse: bool, segmenter: str = "") -> dict[str, Value]:
    """Every metric of one tokenizer on a text, in the order of their columns."""

    def made() -> dict[str, Value]:
        cut, found = segmentation(spec, text, add, parse), units(text, segmenter)
        evidence = of_text(cut, found, to_draw(spec).info.n_vocabulary)
        return {one.key: one.value(evidence) for one in on_text()}

    return shared().get(("numbers", spec, text, add, parse, segmenter), made, most=MOST_OF_A_TEXT)
