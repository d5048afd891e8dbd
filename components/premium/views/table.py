"""All numbers of the page as a table that is reached with the keyboard, and as CSV."""

import numpy as np
import pandas as pd
import streamlit as st

from components.premium.context import PremiumContext
from components.premium.scale import between
from components.widgets.view import View
from core.export.csv import csv_table, for_spreadsheets
from core.text.languages import language, script_of


def draw(context: PremiumContext) -> None:
    """A row per language: facts, then each tokenizer's premium with its interval."""
    wide = pd.DataFrame(
        {
            "Language": [context.language(c) for c in context.columns],
            "Code": [context.table.languages[c] for c in context.columns],
            "Script": [script_of(language(context.table.languages[c])) for c in context.columns],
            "Family": [language(context.table.languages[c]).family for c in context.columns],
        }
    )
    configuration = {"Language": st.column_config.TextColumn(pinned=True)}
    for row in context.rows:
        label = context.label(row)
        wide[label] = context.found.value[row, list(context.columns)]
        wide[f"{label} 95 %"] = [
            context.found.reasons.get((row, c))
            or between(float(context.found.low[row, c]), float(context.found.high[row, c])).strip()
            for c in context.columns
        ]
        configuration[label] = st.column_config.NumberColumn(format="%.2f", help=f"{context.axis}")
    st.dataframe(wide, hide_index=True, height=480, column_config=configuration)
    st.download_button(
        "Download CSV",
        lambda: for_spreadsheets(_csv(long_table(context))),
        f"premium-{context.base}-per-{context.per}{'-' + context.part if context.part else ''}.csv",
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
    )
    mean = context.found.value[np.ix_(context.rows, context.columns)]
    n_masked = int(np.isnan(mean).sum())
    st.caption(
        f"Premium: {context.axis}. {mean.size - n_masked:,} numbers and {n_masked:,} masked cells, which say why. "
        "The CSV has a row per language and tokenizer, with intervals, tokens and fingerprints."
    )


def long_table(context: PremiumContext) -> pd.DataFrame:
    """A row per language and tokenizer, numbers in full."""
    found = context.found
    rows = []
    for row in context.rows:
        one = context.table.tokenizers[row]
        for c in context.columns:
            rows.append(
                {
                    "language": context.language(c),
                    "code": context.table.languages[c],
                    "tokenizer": one.label,
                    "tokenizer_fingerprint": one.fingerprint,
                    "base": context.base,
                    "per": context.per,
                    "premium": found.value[row, c],
                    "low_95": found.low[row, c],
                    "high_95": found.high[row, c],
                    "tokens": int(found.tokens[row, c]),
                    "unknown_share": found.unknown_share[row, c],
                    "sentences": int(found.n_sentences[c]),
                    "reason": found.reasons.get((row, c), ""),
                    "corpus": context.table.corpus_label,
                    "part": context.part or "all",
                    "corpus_fingerprint": context.table.corpus,
                }
            )
    return pd.DataFrame(rows)


def _csv(table: pd.DataFrame) -> str:
    return csv_table(list(table), table.itertuples(index=False))


VIEW = View(label="Table", place=120, draw=draw)
