"""Statistics of every tokenizer on the text, each number with its definition a hover away."""

from collections.abc import Mapping, Sequence

import pandas as pd
import streamlit as st

from components.cached import tokenizers as cached
from components.segmentation.context import SegmentationContext
from components.widgets.view import View
from core.common.definitions import Definition
from core.metrics.base import METRICS, Form, Value, on_text
from core.segmentation.cost import CONTEXT_SHARE, COST, context_share, cost
from core.text.units import Units

_FORMATS: dict[Form, str] = {"whole": "%d", "decimals": "%.2f", "share": "percent"}  # "aside" has no column
_SEGMENTERS = {"Between spaces": "", "By UAX 29 in every script": "uax29"}

Numbers = Mapping[str, Value]


def draw(context: SegmentationContext) -> None:
    """A table with a row per tokenizer; what is lost and what is undefined stand in words under it."""
    words = st.segmented_control(
        "Words are found",
        list(_SEGMENTERS),
        default="Between spaces",
        required=True,
        key="words",
        help="Thai, Chinese, Japanese and others put no spaces between words. UAX 29 cuts them almost at every "
        "character, so tokens per word then mean tokens per character there.",
        bind="query-params",
    )
    segmenter, specials = _SEGMENTERS[words], context.options.specials
    found = [cached.numbers(row.spec, context.text, specials.add, specials.parse, segmenter) for row in context.rows]
    _table(context, found)
    _notes(found[0], cached.units(context.text, segmenter))
    _provenance(context)


def _table(context: SegmentationContext, found: Sequence[Numbers]) -> None:
    """A column per metric, what the text costs where a price or a window was typed, and what is lost."""
    table = pd.DataFrame({"tokenizer": [row.label for row in context.rows]})
    columns: dict[str, object] = {"tokenizer": st.column_config.TextColumn("Tokenizer", pinned=True)}

    def add(meaning: Definition, form: str, values: Sequence[float]) -> None:
        table[meaning.key] = values
        columns[meaning.key] = _column(meaning, form)

    for one in on_text():
        if one.form in _FORMATS:
            add(one.definition, _FORMATS[one.form], [numbers[one.key].number for numbers in found])
    billed = [int(numbers["n_tokens"].number + numbers["n_added"].number) for numbers in found]
    price, window = context.options.price, context.options.context
    if price is not None:
        add(COST, "%.6f", [cost(n, price) for n in billed])
    if window is not None:
        add(CONTEXT_SHARE, "percent", [context_share(n, window) for n in billed])
    table["lost"] = [numbers["lossless"].reason or "nothing" for numbers in found]
    columns["lost"] = st.column_config.TextColumn("What is lost", help=METRICS.get("lossless").definition.text)
    st.dataframe(table, hide_index=True, column_config=columns)


def _column(meaning: Definition, form: str) -> object:
    """A column headed by the number's label, with its definition and source on hover."""
    source = f" Source: {meaning.source}." if meaning.source else ""
    return st.column_config.NumberColumn(meaning.label, help=f"{meaning.text}{source}", format=form)


def _notes(numbers: Numbers, units: Units) -> None:
    """What the text is, and why a number is missing; the same for every tokenizer."""
    n_bytes, n_characters, n_clusters = (int(numbers[key].number) for key in ("n_bytes", "n_characters", "n_clusters"))
    n_words = len(units.word_starts)
    sentences = [
        f"The text has {n_bytes:,} bytes, {n_characters:,} characters ({n_clusters:,} as a reader counts them) and "
        f"{f'{n_words:,} words' if n_words else 'no words that can be counted'}."
    ]
    reasons = (numbers[one.key].reason for one in on_text() if one.form in _FORMATS)
    sentences += list(dict.fromkeys(filter(None, reasons)))
    if n_words:
        sentences.append(f"Words by {units.words_by}.")
    st.caption(" ".join(sentences))


def _provenance(context: SegmentationContext) -> None:
    """Which files and libraries the numbers come from."""
    with st.expander("Where these numbers come from"):
        infos = [row.tokenizer.info for row in context.rows]
        table = {
            "tokenizer": [row.label for row in context.rows],
            "spec": [info.spec for info in infos],
            "fingerprint": [info.fingerprint for info in infos],
            "algorithm": [info.algorithm for info in infos],
            "normaliser": [info.normaliser or "changes nothing" for info in infos],
            "ids as in": [info.reference for info in infos],
            "notes": [" ".join(info.notes) for info in infos],
        }
        st.dataframe(pd.DataFrame(table), hide_index=True)


VIEW = View(label="Statistics", place=10, draw=draw)
