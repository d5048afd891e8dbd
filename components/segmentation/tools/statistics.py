"""Statistics of every tokenizer on the text, each number with its definition a hover away."""

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from math import isnan

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from components.cached import tokenizers as cached
from components.frame.errors import plain
from components.segmentation.context import SegmentationContext
from components.segmentation.standing import OF_THE_FEWEST, fewest_lossless, standing, times_the_fewest
from components.widgets.fold import is_kept
from components.widgets.view import View
from components.widgets.written_table import written_table
from core.common.definitions import Definition
from core.common.numbers import count, decimals, so_many
from core.metrics.base import METRICS, Form, Metric, Value, on_text
from core.segmentation.cost import CONTEXT_SHARE, COST, context_share, cost
from core.text.units import Units

_FORMATS: dict[Form, Callable[[float], str]] = {"whole": count, "decimals": decimals, "share": "{:.1%}".format}
SEGMENTERS = {"Between spaces": "", "By UAX 29 in every script": "uax29"}
_PLAIN = {  # what a column is headed where the field's own term needs explaining; the term is then in its definition
    "fertility": "Tokens per word",
    "continued_words": "Words in pieces",
    "n_cut_characters": "Characters cut",
    "n_cut_clusters": "Drawn characters cut",
    "n_distinct": "Different tokens",
}
_NONE = "–"

Numbers = Mapping[str, Value]


def draw(context: SegmentationContext) -> None:
    """A table with a row per tokenizer; what is lost and what is undefined stand in words under it."""
    words = st.segmented_control(
        "Words are found",
        list(SEGMENTERS),
        default="Between spaces",
        required=True,
        key="words",
        help="Thai, Chinese, Japanese and others put no spaces between words. UAX 29, Unicode's rules for words, cuts "
        "them almost at every character, so tokens per word then mean tokens per character there.",
        bind="query-params",
    )
    segmenter, specials = SEGMENTERS[words], context.options.specials
    found = [cached.numbers(row.spec, context.text, specials.add, specials.parse, segmenter) for row in context.rows]
    _table(context, found)
    _notes(context, found, cached.units(context.text, segmenter))
    _provenance(context)


def _table(context: SegmentationContext, found: Sequence[Numbers]) -> None:
    """A column per metric, what is lost first, and what the text costs where a price or a window was typed."""
    values: dict[str, Sequence[object]] = {"tokenizer": [row.label for row in context.rows]}
    columns: dict[str, ColumnConfig] = {"tokenizer": st.column_config.TextColumn("Tokenizer", pinned=True)}
    written: dict[str, Callable[[float], str]] = {}

    def add(meaning: Definition, form: Callable[[float], str], numbers: Sequence[float]) -> None:
        values[meaning.key] = numbers
        columns[meaning.key] = _column(meaning)
        written[meaning.key] = form

    fewest = fewest_lossless(found)
    for one in _columns():
        add(one.definition, _FORMATS[one.form], [numbers[one.key].number for numbers in found])
        if one.key == "n_tokens":
            add(OF_THE_FEWEST, partial(standing, decimals=2), [times_the_fewest(numbers, fewest) for numbers in found])
            values["lost"] = [numbers["lossless"].reason or "nothing" for numbers in found]
            lost = METRICS.get("lossless").definition.text
            columns["lost"] = st.column_config.TextColumn("What is lost", help=lost, width="medium")
    billed = [int(numbers["n_tokens"].number + numbers["n_added"].number) for numbers in found]
    price, window = context.options.price, context.options.context
    if price is not None:
        add(COST, "{:.6f}".format, [cost(n, price) for n in billed])
    if window is not None:
        add(CONTEXT_SHARE, "{:.1%}".format, [context_share(n, window) for n in billed])
    written_table(values, written, columns, _NONE)


def _columns() -> list[Metric]:
    return [one for one in on_text() if one.form in _FORMATS]


def _column(meaning: Definition) -> ColumnConfig:
    """A column headed by a plain name of the number, with the field's term, definition and source on hover."""
    plain_name = _PLAIN.get(meaning.key)
    term = f"{meaning.label}. " if plain_name else ""
    source = f" Source: {meaning.source}." if meaning.source else ""
    return st.column_config.NumberColumn(plain_name or meaning.label, help=f"{term}{meaning.text}{source}")


def _notes(context: SegmentationContext, found: Sequence[Numbers], units: Units) -> None:
    """What the text is, what each tokenizer loses of it, and why a number is missing."""
    numbers = found[0]
    n_bytes, n_characters, n_clusters = (int(numbers[key].number) for key in ("n_bytes", "n_characters", "n_clusters"))
    sentences = [size_in_words(n_bytes, n_characters, n_clusters, len(units.word_starts), units.words_by)]
    sentences += [one.removesuffix(f" {cached.FIND_WORDS}") if is_kept() else one for one in remarks(found)]
    lossy = [(row.label, one["lossless"].reason) for row, one in zip(context.rows, found, strict=True)]
    sentences += [f"{label} loses of it: {lost}." for label, lost in lossy if lost]
    st.caption(plain(" ".join(sentences)))


def size_in_words(n_bytes: int, n_characters: int, n_clusters: int, n_words: int, words_by: str) -> str:
    """How long the text is, in a sentence.

    >>> size_in_words(1, 1, 1, 1, "UAX 29")
    'The text has 1 byte, 1 character (1 as a reader counts them) and 1 word, found by UAX 29.'
    """
    words = f"{so_many(n_words, 'word', 'words')}, found by {words_by}" if n_words else "no words that can be counted"
    return (
        f"The text has {so_many(n_bytes, 'byte', 'bytes')}, {so_many(n_characters, 'character', 'characters')} "
        f"({count(n_clusters)} as a reader counts them) and {words}."
    )


def remarks(found: Sequence[Numbers]) -> list[str]:
    """Why a number is missing, with the columns that it is missing from, and what others leave out.

    >>> from core.metrics.base import Value, undefined
    >>> remarks([{one.key: undefined("Nothing to count.") for one in _columns()}])[0][:29]
    '– under Tokens, Added, Bytes '
    """
    columns: dict[tuple[str, bool], list[str]] = {}
    for one in _columns():
        for value in (numbers[one.key] for numbers in found):
            if value.reason:
                named = columns.setdefault((value.reason, isnan(value.number)), [])
                named.append(_PLAIN.get(one.key, one.definition.label))
    return [
        f"{_NONE} under {', '.join(dict.fromkeys(named))}: {reason}" if missing else reason
        for (reason, missing), named in columns.items()
    ]


def _provenance(context: SegmentationContext) -> None:
    """Which files and libraries the numbers come from; sent to the browser only while somebody looks at it."""
    with st.expander("Where these numbers come from", key="where_from", on_change="rerun") as place:
        if not place.open:
            return
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
        st.dataframe(pd.DataFrame(table), hide_index=True, placeholder="–")


VIEW = View(label="Statistics", place=10, draw=draw)
