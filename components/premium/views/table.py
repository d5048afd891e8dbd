"""All numbers of the page as a table that is reached with the keyboard, and as CSV."""

import numpy as np
import pandas as pd
import streamlit as st

from components.premium.context import AtHand
from components.premium.scale import between
from components.widgets.view import View
from core.export.csv import csv_table
from core.premium.ordering import script_of
from core.text.languages import language


def draw(at_hand: AtHand) -> None:
    """A row per language: facts, then each tokenizer's premium with its interval."""
    wide = pd.DataFrame(
        {
            "Language": [at_hand.language(c) for c in at_hand.columns],
            "Code": [at_hand.table.languages[c] for c in at_hand.columns],
            "Script": [script_of(language(at_hand.table.languages[c])) for c in at_hand.columns],
            "Family": [language(at_hand.table.languages[c]).family for c in at_hand.columns],
        }
    )
    configuration = {"Language": st.column_config.TextColumn(pinned=True)}
    for row in at_hand.rows:
        label = at_hand.label(row)
        wide[label] = at_hand.found.value[row, list(at_hand.columns)]
        wide[f"{label} 95 %"] = [
            at_hand.found.reasons.get((row, c))
            or between(float(at_hand.found.low[row, c]), float(at_hand.found.high[row, c])).strip()
            for c in at_hand.columns
        ]
        configuration[label] = st.column_config.NumberColumn(format="%.2f", help=f"{at_hand.axis}")
    st.dataframe(wide, hide_index=True, height=480, column_config=configuration)
    st.download_button(
        "Download CSV",
        lambda: _csv(long_table(at_hand)).encode(),
        f"premium-{at_hand.base}-per-{at_hand.per}{'-' + at_hand.part if at_hand.part else ''}.csv",
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
    )
    mean = at_hand.found.value[np.ix_(at_hand.rows, at_hand.columns)]
    n_masked = int(np.isnan(mean).sum())
    st.caption(
        f"Premium: {at_hand.axis}. {mean.size - n_masked:,} numbers and {n_masked:,} masked cells, which say why. "
        "The CSV has a row per language and tokenizer, with intervals, tokens and fingerprints."
    )


def long_table(at_hand: AtHand) -> pd.DataFrame:
    """A row per language and tokenizer, numbers in full."""
    found = at_hand.found
    rows = []
    for row in at_hand.rows:
        one = at_hand.table.tokenizers[row]
        for c in at_hand.columns:
            rows.append(
                {
                    "language": at_hand.language(c),
                    "code": at_hand.table.languages[c],
                    "tokenizer": one.label,
                    "tokenizer_fingerprint": one.fingerprint,
                    "base": at_hand.base,
                    "per": at_hand.per,
                    "premium": found.value[row, c],
                    "low_95": found.low[row, c],
                    "high_95": found.high[row, c],
                    "tokens": int(found.tokens[row, c]),
                    "unknown_share": found.unknown_share[row, c],
                    "sentences": int(found.n_sentences[c]),
                    "reason": found.reasons.get((row, c), ""),
                    "corpus": at_hand.table.corpus_label,
                    "part": at_hand.part or "all",
                    "corpus_fingerprint": at_hand.table.corpus,
                }
            )
    return pd.DataFrame(rows)


def _csv(table: pd.DataFrame) -> str:
    return csv_table(list(table), table.itertuples(index=False))


VIEW = View(label="Table", place=120, draw=draw)
