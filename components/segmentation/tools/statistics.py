"""Statistics of every tokenizer on the text, each number with its definition a hover away."""

import pandas as pd
import streamlit as st

from components.cached import tokenizers as cached
from components.segmentation.context import SegmentationContext
from components.widgets.view import View
from core.common.definitions import definition
from core.segmentation.statistics import Statistics, context_share, cost

_COLUMNS = {
    "n_tokens": "%d",
    "n_added": "%d",
    "bytes_per_token": "%.2f",
    "characters_per_token": "%.2f",
    "fertility": "%.2f",
    "continued_words": "percent",
    "unknown_share": "percent",
    "n_cut_characters": "%d",
    "n_cut_clusters": "%d",
    "n_distinct": "%d",
}
_SEGMENTERS = {"Between spaces": "", "By UAX 29 in every script": "uax29"}


def draw(context: SegmentationContext) -> None:
    """A table with a row per tokenizer; what is lost and what is undefined stand in words under it."""
    options = context.options
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
    found = [
        cached.statistics(row.spec, context.text, options.specials.add, options.specials.parse, _SEGMENTERS[words])
        for row in context.rows
    ]
    table = pd.DataFrame({"tokenizer": [row.label for row in context.rows]})
    for key in _COLUMNS:
        table[key] = [getattr(statistics, key) for statistics in found]
    columns = {"tokenizer": st.column_config.TextColumn("Tokenizer", pinned=True)} | {
        key: _column(key, form) for key, form in _COLUMNS.items()
    }
    if options.price is not None:
        table["cost"] = [cost(statistics.n_tokens + statistics.n_added, options.price) for statistics in found]
        columns["cost"] = _column("cost", "%.6f")
    if options.context is not None:
        table["context_share"] = [
            context_share(statistics.n_tokens + statistics.n_added, options.context) for statistics in found
        ]
        columns["context_share"] = _column("context_share", "percent")
    table["lost"] = ["; ".join(loss.text for loss in statistics.losses) or "nothing" for statistics in found]
    columns["lost"] = st.column_config.TextColumn("What is lost", help=definition("lossless").text)
    st.dataframe(table, hide_index=True, column_config=columns)
    _notes(found[0])
    _provenance(context)


def _column(key: str, form: str) -> st.column_config.NumberColumn:
    """A column headed by the number's label, with its definition and source on hover."""
    meaning = definition(key)
    source = f" Source: {meaning.source}." if meaning.source else ""
    return st.column_config.NumberColumn(meaning.label, help=f"{meaning.text}{source}", format=form)


def _notes(statistics: Statistics) -> None:
    """What the text is, and why a number is missing; the same for every tokenizer."""
    sentences = [
        f"The text has {statistics.n_bytes:,} bytes, {statistics.n_characters:,} characters "
        f"({statistics.n_clusters:,} as a reader counts them) and "
        f"{f'{statistics.n_words:,} words' if statistics.n_words else 'no words that can be counted'}."
    ]
    sentences += list(dict.fromkeys(sentence for _, sentence in statistics.reasons))
    if statistics.n_words:
        sentences.append(f"Words by {statistics.words_by}.")
    st.caption(" ".join(sentences))


def _provenance(context: SegmentationContext) -> None:
    """Which files and libraries the numbers come from."""
    with st.expander("Where these numbers come from"):
        infos = [row.tokenizer.info for row in context.rows]
        table = {
            "tokenizer": [info.label for info in infos],
            "spec": [info.spec for info in infos],
            "fingerprint": [info.fingerprint for info in infos],
            "algorithm": [info.algorithm for info in infos],
            "normaliser": [info.normaliser or "changes nothing" for info in infos],
            "ids as in": [info.reference for info in infos],
            "notes": [" ".join(info.notes) for info in infos],
        }
        st.dataframe(pd.DataFrame(table), hide_index=True)


VIEW = View(label="Statistics", place=10, draw=draw)
