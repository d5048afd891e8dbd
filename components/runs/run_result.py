"""The result of a job, opened: for a count, a table of tokens per language and tokenizer."""

import pandas as pd
import streamlit as st
from streamlit.elements.lib.column_types import ColumnConfig

from components.cached import runs as cached_runs
from components.frame.errors import plain, show_error
from components.frame.visitor import visitor
from components.runs.job_cards import OPENED, close_opened, may_see
from components.runs.naming import own_words, title
from components.runs.result_pages import go_to_result
from components.widgets import pickers
from core.common.errors import UserError, shown
from core.common.numbers import count
from core.counting.table import CountTable, totals_csv
from core.export.csv import for_spreadsheets, safe_cell
from core.jobs.job import Job
from core.jobs.queue import Jobs
from core.text.languages import language

_ROWS_IN_VIEW = 11


def opened_result(jobs: Jobs) -> None:
    """The result that the link names, above the list; nothing if it names none."""
    key = st.query_params.get(OPENED)
    if key is None:
        return
    with st.container(border=True, key="opened_run"):
        try:
            job = jobs.get(key)
            if not may_see(job):
                raise UserError(f"There is no job {shown(key)} of yours. Whoever asked for it sees it.")
            go_to_result(job)
            with st.container(horizontal=True, vertical_alignment="center", horizontal_alignment="distribute"):
                st.subheader(title(job, visitor()), anchor=False, width="content")
                st.button("Close", icon=":material/close:", on_click=close_opened, type="tertiary", key="close_run")
            own_words(job, visitor())
            if job.kind == "count":
                _count(job, cached_runs.counts(job))
            else:
                _arrays(jobs, key)
        except UserError as error:
            show_error(error)
            st.button("Close", icon=":material/close:", on_click=close_opened, key="close_failed_run")


def _count(job: Job, table: CountTable) -> None:
    """Languages down, tokenizers across."""
    labels = pickers.labels()
    st.caption(
        f"Tokens that each tokenizer needs for the same text, by language. {len(table.languages)} languages, "
        f"{count(table.n_present.sum())} sentences. Click a column to sort."
    )
    # The table has a CSV button of its own, so its words are made safe for spreadsheets too.
    columns: dict[str, object] = {
        "Language": [safe_cell(language(code).label or language(code).name) for code in table.languages],
        "Code": [safe_cell(code) for code in table.languages],
        "Sentences": table.n_present,
    }
    config: dict[str, ColumnConfig] = {
        "Language": st.column_config.TextColumn(pinned=True),
        "Sentences": st.column_config.NumberColumn(format="localized"),
    }
    for one, tokens in zip(table.tokenizers, table.total_tokens, strict=True):
        spec = one.spec
        columns[safe_cell(spec)] = tokens
        config[safe_cell(spec)] = st.column_config.NumberColumn(
            labels.get(spec, spec), format="localized", help=plain(spec)
        )
    height = 37 + 35 * min(_ROWS_IN_VIEW, len(table.languages))
    st.dataframe(pd.DataFrame(columns), column_config=config, hide_index=True, height=height, placeholder="–")
    unknown = table.total_unknown.sum()
    with st.container(horizontal=True, vertical_alignment="center"):
        st.download_button(
            "Table as CSV",
            lambda: for_spreadsheets(totals_csv(table)),
            file_name=f"tokens-{job.key[:8]}.csv",
            mime="text/csv",
            icon=":material/download:",
            on_click="ignore",
        )
        if unknown:
            st.caption(f"{count(unknown)} tokens stand for text that a tokenizer cannot spell; the CSV says where.")


def _arrays(jobs: Jobs, key: str) -> None:
    """For kinds of work without a picture of their own: what there is."""
    result = jobs.result(key)
    if not result.arrays:
        st.json(dict(result.facts), expanded=2)
        return
    rows = [
        {"Array": name, "Shape": " × ".join(map(str, array.shape)), "Type": str(array.dtype)}
        for name, array in result.arrays.items()
    ]
    st.dataframe(pd.DataFrame(rows), hide_index=True, placeholder="–")
