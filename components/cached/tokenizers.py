"""What sessions share: sized things in one cache bounded by bytes (`core.jobs.shared_cache`), facts in Streamlit's."""

from collections.abc import Hashable

import streamlit as st

from core.corpora.corpus import Corpus, open_corpus
from core.corpora.facts import CorpusFacts, examined
from core.counting.estimate import bytes_per_second
from core.counting.table import CountTable
from core.jobs.shared_cache import shared
from core.metrics.base import METRICS, Value, from_segmentations
from core.premium.atlas import atlas_tokenizers, shipped_atlas
from core.premium.premium import Per, Premiums, Resampled, premiums, resample
from core.premium.published import Reproduction, reproduction
from core.premium.tests import Cell, Differences, compare_cells
from core.segmentation.costliest_words import Cost, costly_characters, costly_words
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


def atlas(part: str) -> Resampled:
    """The shipped counts of all tokenizers on one part of FLORES-200, or on all of it, resampled once."""

    def read() -> Resampled:
        with st.spinner("Reading the shipped counts …"):
            table = shipped_atlas()
            return resample(table.select(part=part) if part else table)

    return shared().get(("atlas", part), read)


def atlas_premiums(part: str, base: str, per: Per) -> Premiums:
    """Premiums with intervals of every shipped tokenizer in every language."""

    def computed() -> Premiums:
        resampled = atlas(part)
        return premiums(resampled.table, base, per, resampled)

    return shared().get(("premiums", part, base, per), computed)


def differences(
    stamp: Hashable,
    table: CountTable,
    pairs: tuple[tuple[Cell, Cell], ...],
    base: str | None,
    names: tuple[str, ...],
    per: Per = "line",
) -> Differences:
    """Which pairs of cells of a table differ by more than chance, corrected for their number; `stamp` stands for it."""
    return shared().get(
        ("differences", stamp, pairs, base, names, per),
        lambda: compare_cells(table, pairs, base, names, per),
        most=MOST_OF_A_TEXT,
    )


def segmentations(spec: str, corpus_spec: str, code: str, most: int) -> tuple[Segmentation, ...]:
    """The first sentences of a language cut by a tokenizer."""

    def made() -> tuple[Segmentation, ...]:
        with st.spinner("Cutting the sentences …"):
            opened = tokenizer(spec)
            return tuple(opened.segment(sentence) for sentence in corpus(corpus_spec).sentences[code][:most])

    return shared().get(("segmentations", spec, corpus_spec, code, most), made)


def costly(spec: str, corpus_spec: str, code: str, most: int) -> tuple[list[Cost], list[Cost]]:
    """Words and characters of the first sentences of a language that take the most tokens."""

    def found() -> tuple[list[Cost], list[Cost]]:
        cut = segmentations(spec, corpus_spec, code, most)
        return costly_words(cut), costly_characters(cut)

    return shared().get(("costly", spec, corpus_spec, code, most), found, most=MOST_OF_A_TEXT)


def metric_values(spec: str, corpus_spec: str, code: str, most: int, reference: str | None) -> dict[str, Value]:
    """Every metric of a tokenizer on the first sentences of a language; `reference` is the spec to compare with."""

    def made() -> dict[str, Value]:
        against = segmentations(reference, corpus_spec, code, most) if reference else None
        evidence = from_segmentations(
            segmentations(spec, corpus_spec, code, most), tokenizer(spec).info.n_vocabulary, against
        )
        return {key: one.value(evidence) for key, one in METRICS.all().items()}

    return shared().get(("metric values", spec, corpus_spec, code, most, reference), made, most=MOST_OF_A_TEXT)


@st.cache_data(max_entries=1, show_spinner=False)
def atlas_reproduction() -> list[Reproduction]:
    """How far the shipped counts agree with the published ones."""
    return reproduction(atlas("").table, {key: row for row, key in enumerate(atlas_tokenizers())})


def corpus(spec: str) -> Corpus:
    """A parallel corpus, read once for all sessions."""

    def read() -> Corpus:
        with st.spinner("Reading the sentences …"):
            return open_corpus(spec)

    return shared().get(("corpus", spec), read)


def corpus_facts(spec: str) -> CorpusFacts:
    """What there is in a corpus, without its text."""
    return shared().get(("corpus facts", spec), lambda: examined(spec), most=64)


def counting_rate(tokenizer: Tokenizer, facts: CorpusFacts) -> float:
    """Bytes per second at which a tokenizer counts this corpus, tried once on a few of its lines."""
    key = ("counting rate", tokenizer.info.fingerprint, facts.fingerprint)
    return shared().get(key, lambda: bytes_per_second(tokenizer, facts.sample), most=256)
