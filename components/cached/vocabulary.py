"""What sessions share of vocabularies: their entries, and what is found among them, by the tokenizer's fingerprint."""

from dataclasses import replace

import streamlit as st

from components.cached.corpora import corpus
from components.cached.tokenizers import tokenizer
from core.common.errors import UserError
from core.corpora.beginning import beginning
from core.corpora.corpus import Corpus
from core.jobs.shared_cache import shared
from core.vocabulary.audit import AUDITS, Finding
from core.vocabulary.characters import LanguageCharacters, characters_of_languages
from core.vocabulary.comparison import VocabularyChange, compare
from core.vocabulary.digits import Digits, digits
from core.vocabulary.division import DIVISIONS, Places
from core.vocabulary.entries import Entries, TokenCounts, entries_of
from core.vocabulary.family import MergeOrder, merge_order
from core.vocabulary.mixture.merges import merges_of
from core.vocabulary.place_values import PlaceValues, place_values
from core.vocabulary.usage import Usage
from core.vocabulary.usage import usage as counted

MOST_COUNTED = 8 * 2**20  # bytes of a text that are counted while somebody waits: 10 s for the slowest tokenizers


def entries(spec: str) -> Entries:
    """The entries of a tokenizer, read once for all sessions.

    Raises:
        UserError: it cannot be opened, or has no vocabulary.
    """
    opened = tokenizer(spec)
    return shared().get(("entries", spec, opened.info.fingerprint), lambda: entries_of(opened))


def places(of: Entries, division: str) -> Places:
    """Which part of a division each entry belongs to."""
    key = "places", of.tokenizer.info.fingerprint, division
    return shared().get(key, lambda: DIVISIONS.get(division).divide(of))


def with_counts(of: Entries, text: str) -> Entries:
    """The same entries with how often each stands in a corpus, by its spec."""
    return replace(of, counts=TokenCounts(counted_text(text).label, used(of, text).counts))


def counted_text(text: str) -> Corpus:
    """What is counted of a corpus, by its spec: all of it, or its beginning.

    Raises:
        UserError: it cannot be opened.
    """
    return shared().get(("counted text", text), lambda: beginning(corpus(text), MOST_COUNTED))


def finding(of: Entries, audit: str) -> Finding:
    """What an audit finds among the entries; a stranger's tokenizer is asked in its own process.

    The text that is counted and the rows of the model tell findings apart.
    """
    key = "finding", of.tokenizer.info.fingerprint, audit, of.counts and of.counts.of, of.rows
    return shared().get(key, lambda: AUDITS.get(audit).find(of))


def characters(of: Entries) -> dict[str, LanguageCharacters]:
    """How the characters of each language are written."""
    key = "characters", of.tokenizer.info.fingerprint
    return shared().get(key, lambda: characters_of_languages(of))


def numbers(of: Entries) -> Digits:
    """How all numbers of one to four digits are split."""
    return shared().get(("digits", of.tokenizer.info.fingerprint), lambda: digits(of))


def places_of_digits(of: Entries, style: str) -> PlaceValues:
    """How the digits of longer numbers are grouped when they are written in a style."""
    return shared().get(("place values", of.tokenizer.info.fingerprint, style), lambda: place_values(of, style))


def used(of: Entries, text: str) -> Usage:
    """How often each entry is used on a corpus, by its spec, and in which languages."""
    key = "usage", of.tokenizer.info.fingerprint, text

    def count() -> Usage:
        sentences = counted_text(text).sentences
        with st.spinner("Counting tokens …", show_time=True):
            return counted(of.tokenizer, sentences)

    return shared().get(key, count)


def order_of(of: Entries) -> MergeOrder | None:
    """In which order a byte-pair vocabulary was learned; None for others."""
    return shared().get(("merge order", of.tokenizer.info.fingerprint), lambda: merge_order(of))


def first_merges(of: Entries, n: int) -> str:
    """What so many first merges of a vocabulary are known by; empty where it has no order of merges.

    Vocabularies that learned the same merges have the same, whatever their files.
    """
    return shared().get(("first merges", of.tokenizer.info.fingerprint, n), lambda: _first_merges(of, n))


def _first_merges(of: Entries, n: int) -> str:
    if of.tokenizer.info.algorithm != "BPE":
        return ""
    try:
        return merges_of(of, n).sha256
    except UserError:  # it is byte-pair encoding and gives no ranks
        return ""


def change(first: Entries, second: Entries) -> VocabularyChange:
    """How two vocabularies differ."""
    key = "vocabulary change", first.tokenizer.info.fingerprint, second.tokenizer.info.fingerprint
    return shared().get(key, lambda: compare(first, second))
