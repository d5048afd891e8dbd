"""Every st.cache_* wrapper: what sessions share, and how much of it is kept."""

import streamlit as st

from core.atlas import atlas_tokenizers, shipped_atlas
from core.catalog import offered as core_offered
from core.catalog import open_tokenizer
from core.corpus import Corpus, open_corpus
from core.premium import Per, Premiums, Resampled, premiums, resample
from core.published import Reproduction, reproduction
from core.segmentation import Segmentation
from core.sources.builtin import words
from core.statistics import Statistics
from core.statistics import statistics as core_statistics
from core.tokenizer import Specials, Tokenizer
from core.units import Segmenter, Units, units_of

SEGMENTERS = {"": None, "uax29": Segmenter("UAX 29 boundaries", words)}


@st.cache_data(show_spinner=False)
def offered() -> list[tuple[str, str]]:
    """(spec, label) of every tokenizer that opens without a network."""
    return core_offered()


@st.cache_resource(max_entries=32, show_spinner=False)
def tokenizer(spec: str) -> Tokenizer:
    """A tokenizer, loaded once for all sessions."""
    return open_tokenizer(spec)


@st.cache_resource(max_entries=64, show_spinner=False)
def segmentation(spec: str, text: str, add: bool, parse: bool) -> Segmentation:
    """A text cut by a tokenizer; shared, so that a rerun for another option does not cut it again."""
    return tokenizer(spec).segment(text, Specials(add=add, parse=parse))


@st.cache_resource(max_entries=8, show_spinner=False)
def units(text: str, segmenter: str) -> Units:
    """The characters, clusters and words of a text, found once for all tokenizers."""
    return units_of(text, SEGMENTERS[segmenter])


@st.cache_resource(max_entries=64, show_spinner=False)
def statistics(spec: str, text: str, add: bool, parse: bool, segmenter: str = "") -> Statistics:
    """The numbers of one tokenizer on a text."""
    return core_statistics(segmentation(spec, text, add, parse), units(text, segmenter))


@st.cache_resource(max_entries=3, show_spinner="Reading the shipped counts …")
def atlas(part: str) -> Resampled:
    """The shipped counts of all tokenizers on one part of FLORES-200, or on all of it, resampled once."""
    table = shipped_atlas()
    return resample(table.select(part=part) if part else table)


@st.cache_resource(max_entries=48, show_spinner=False)
def atlas_premiums(part: str, base: str, per: Per) -> Premiums:
    """Premiums with intervals of every shipped tokenizer in every language."""
    resampled = atlas(part)
    return premiums(resampled.table, base, per, resampled)


@st.cache_data(show_spinner=False)
def atlas_reproduction() -> list[Reproduction]:
    """How far the shipped counts agree with the published ones."""
    return reproduction(atlas("").table, {key: row for row, key in enumerate(atlas_tokenizers())})


@st.cache_resource(max_entries=3, show_spinner="Reading the sentences …")
def corpus(spec: str) -> Corpus:
    """The text that counts are of, where it is on this machine."""
    return open_corpus(spec)
