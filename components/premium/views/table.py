"""All numbers of the page as a table that is reached with the keyboard, and to take away."""

import numpy as np
import pandas as pd
import streamlit as st

from components.premium.context import PremiumContext
from components.premium.figure import cell_table
from components.premium.take_away import take_away
from components.widgets.view import View
from core.common.numbers import between, count
from core.premium.chunks import chunk_index
from core.premium.workbench import with_segmenters
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
    if with_segmenters(context.keys[row] for row in context.rows):
        wide["Segmenters read it"] = [
            "yes" if context.table.languages[c] in chunk_index().learnt_from else "no" for c in context.columns
        ]
    configuration = {"Language": st.column_config.TextColumn(pinned=True, width=190)}
    for row in context.rows:
        label = context.label(row)
        wide[label] = context.found.value[row, list(context.columns)]
        wide[f"{label} 95 %"] = [
            context.found.reasons.get((row, c))
            or between(float(context.found.low[row, c]), float(context.found.high[row, c])).strip()
            for c in context.columns
        ]
        configuration[label] = st.column_config.NumberColumn(format="%.3f", help=f"{context.axis}")
    st.dataframe(wide, hide_index=True, height=480, column_config=configuration, placeholder="–")
    cells = [(row, column) for row in context.rows for column in context.columns]
    take_away("table", context, "Token premiums", "All premiums.", lambda: cell_table(context, cells), None, cells)
    mean = context.found.value[np.ix_(context.rows, context.columns)]
    n_missing = int(np.isnan(mean).sum())
    st.caption(
        f"Premium: {context.axis}. {count(mean.size - n_missing)} numbers; {count(n_missing)} cells have none and say "
        "why. What is taken away has a row per language and tokenizer, with intervals, tokens and fingerprints."
    )


VIEW = View(label="Table", place=120, draw=draw)
