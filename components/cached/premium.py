"""What sessions share of premiums: the shipped counts, what follows from them, and tokenizers cut on sentences."""

from collections.abc import Callable, Hashable

import numpy as np
import streamlit as st

from components.cached.corpora import corpus
from components.cached.tokenizers import MOST_OF_A_TEXT, tokenizer
from core.counting.table import CountTable
from core.jobs.shared_cache import shared
from core.metrics.bare import bare
from core.metrics.base import Value, shown
from core.metrics.evidence import of_sentences, over_languages
from core.metrics.intervals import measured
from core.premium.atlas import atlas_tokenizers, shipped_atlas
from core.premium.atlas.measures import on_tokens
from core.premium.atlas.udhr import shipped_udhr
from core.premium.error_growth import Floats, error_growth
from core.premium.evenness import evenness, median, number, with_draws
from core.premium.premium import Per, Premiums, Resampled, premiums, resample
from core.premium.published import Reproduction, reproduction
from core.segmentation.costliest_words import Cost, costliest_characters, costliest_words
from core.stats.grouped_items import groups_of
from core.stats.ratio_family import RatioFamily
from core.text.units import units_of
from core.tokenizers.segmentation import Segmentation


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


def udhr() -> CountTable:
    """The shipped counts of all shipped tokenizers on the Universal Declaration of Human Rights."""
    return shipped_udhr()


def udhr_premiums(base: str, per: Per) -> Premiums:
    """Their premiums with intervals."""

    def computed() -> Premiums:
        table = udhr()
        return premiums(table, base, per, resample(table))

    return shared().get(("udhr premiums", base, per), computed)


def growth(stamp: Hashable, table: CountTable, base: str, per: Per, rows: tuple[int, ...]) -> Floats:
    """By which factor errors of premiums grow because of groups, (rows, L); `stamp` stands for the table."""
    return shared().get(
        ("growth", stamp, base, per, rows), lambda: error_growth(table, base, per, rows), most=MOST_OF_A_TEXT
    )


def family(kind: Callable[..., RatioFamily], stamp: Hashable, table: CountTable, *which: Hashable) -> RatioFamily:
    """One of the families of `core.premium.differences`, which depends on nothing but this; `stamp` is the table's."""
    return shared().get(("family", kind.__name__, stamp, which), lambda: kind(table, *which), most=MOST_OF_A_TEXT)


def segmentations(spec: str, corpus_spec: str, code: str, most: int) -> tuple[Segmentation, ...]:
    """The first sentences of a language cut by a tokenizer."""

    def made() -> tuple[Segmentation, ...]:
        with st.spinner("Cutting the sentences …"):
            opened = tokenizer(spec)
            return tuple(opened.segment(sentence) for sentence in corpus(corpus_spec).sentences[code][:most])

    return shared().get(("segmentations", spec, corpus_spec, code, most), made)


def costliest(spec: str, corpus_spec: str, code: str, most: int) -> tuple[list[Cost], list[Cost]]:
    """Words and characters of the first sentences of a language that take the most tokens."""

    def found() -> tuple[list[Cost], list[Cost]]:
        cut = segmentations(spec, corpus_spec, code, most)
        return costliest_words(cut), costliest_characters(cut)

    return shared().get(("costliest", spec, corpus_spec, code, most), found, most=MOST_OF_A_TEXT)


def metric_values(spec: str, corpus_spec: str, code: str, most: int) -> dict[str, Value]:
    """The metrics that look at the tokens, of a tokenizer on the first sentences of a language, with intervals."""

    def made() -> dict[str, Value]:
        text = corpus(corpus_spec)
        n = min(most, text.n_sentences)
        cut = segmentations(spec, corpus_spec, code, most)
        units = shared().get(("units", corpus_spec, code, most), lambda: [units_of(one.text.decode()) for one in cut])
        known = groups_of(text.groups[:n], n)
        one = tokenizer(spec)
        marks = bare(one, text.sentences[code][:n])
        evidence = of_sentences(cut, one.info.n_vocabulary, units=units, groups=known, bare=marks)
        return measured(on_tokens(), evidence)

    return shared().get(("metric values", spec, corpus_spec, code, most), made, most=MOST_OF_A_TEXT)


def over_languages_values(
    stamp: Hashable, table: CountTable, row: int, codes: tuple[str, ...], masked: tuple[int, ...]
) -> dict[str, Value]:
    """The metrics over languages of a tokenizer of a table, with intervals; `stamp` stands for the table.

    Args:
        masked: places among the codes of languages to leave out.
    """

    def made() -> dict[str, Value]:
        return measured(shown("languages").values(), over_languages(table.select([row], codes), 0, masked))

    return shared().get(("over languages", stamp, row, codes, masked), made, most=MOST_OF_A_TEXT)


def evenness_values(
    stamp: Hashable, table: CountTable, row: int, codes: tuple[str, ...], base: str, per: Per
) -> dict[str, Value]:
    """How evenly a tokenizer of a table treats some languages, with intervals; `stamp` stands for the table."""
    return shared().get(
        ("evenness", stamp, row, codes, base, per),
        lambda: evenness(table, row, codes, base, per),
        most=MOST_OF_A_TEXT,
    )


def median_values(
    stamp: Hashable, table: CountTable, row: int, groups: tuple[tuple[str, ...], ...], base: str, per: Per
) -> list[Value]:
    """The median premium of each group of languages, with intervals; `stamp` stands for the table."""

    def found() -> list[Value]:
        value, drawn = with_draws(table, row, [code for group in groups for code in group], base, per)
        at = np.split(np.arange(len(value)), np.cumsum([len(group) for group in groups])[:-1])
        return [number(value[n], None if drawn is None else drawn[:, n], median) for n in at]

    return shared().get(("medians", stamp, row, groups, base, per), found, most=MOST_OF_A_TEXT)


@st.cache_data(max_entries=1, show_spinner=False)
def atlas_reproduction() -> list[Reproduction]:
    """How far the shipped counts agree with the published ones."""
    return reproduction(atlas("").table, {key: row for row, key in enumerate(atlas_tokenizers())})
