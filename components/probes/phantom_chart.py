"""Which share of words has other tokens that read alike, as a cell per kind and tokenizer."""

from collections.abc import Mapping
from html import escape

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components.charts.chart import Chart
from components.probes.share_cells import share_cells
from core.common.numbers import so_many
from core.probes.drift_kinds import IN_WORDS, DriftKind
from core.probes.phantom_edits import KINDS, WordExposure
from core.probes.written_tokens import written_tokens

SHORT = {
    DriftKind.BOUNDARY: "space on the other side",
    DriftKind.DETACHED: "space by itself",
    DriftKind.REPLACED: "other white space",
    DriftKind.ACRONYM: "acronym",
    DriftKind.PLURAL: "s or 's",
    DriftKind.MORPHEME: "prefix or ending",
    DriftKind.CAPITALISED: "capitalised word",
    DriftKind.WITHIN_WORD: "within a word",
}
_SHARES = ("Share", "From", "To")


def phantom_chart(found: Mapping[str, WordExposure], dark: bool) -> Chart:
    """A row per kind, a column per tokenizer, by what it is called."""
    return Chart(
        "phantom_edits",
        _cells(found, dark),
        "Words with other tokens that read alike: "
        + "; ".join(f"{name} {one.same_word.value:.0%}" for name, one in found.items())
        + ".",
        lambda: phantom_table(found),
        columns=dict.fromkeys(_SHARES, st.column_config.NumberColumn(format="percent")),
        printed=lambda context, width: _cells(found, False),
    )


def _cells(found: Mapping[str, WordExposure], dark: bool) -> go.Figure:
    rows = {SHORT[kind]: [one.exposed(kind).value for one in found.values()] for kind in KINDS}
    said = [[_sentence(name, kind, one) for name, one in found.items()] for kind in KINDS]
    return share_cells(rows, [name.replace(" · ", "<br>") for name in found], said, dark)


def _sentence(name: str, kind: DriftKind, found: WordExposure) -> str:
    words = [one for one in found.words if kind in one.others]
    such = f", such as {written_tokens(words[0].tokens)} → {written_tokens(words[0].others[kind])}" if words else ""
    n = so_many(len(found.words), "word", "words")
    return escape(f"{name}: {len(words)} of {n}, {IN_WORDS[kind]}{such}", quote=False)


def phantom_table(found: Mapping[str, WordExposure]) -> pd.DataFrame:
    """A row per tokenizer and kind."""
    return pd.DataFrame(
        [
            {
                "Tokenizer": name,
                "Kind": SHORT[kind],
                "Words": len(one.words),
                "Exposed": sum(kind in word.others for word in one.words),
                **dict(zip(_SHARES, (share.value, share.low, share.high), strict=True)),
            }
            for name, one in found.items()
            for kind in KINDS
            for share in [one.exposed(kind)]
        ]
    )
