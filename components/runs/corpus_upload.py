"""Takes parallel text from the user: what files are read, an example of one, and which sentences belong together."""

from collections.abc import Sequence

import streamlit as st

from components.cached import corpora as cached_corpora
from components.frame.errors import show_error
from components.frame.visitor import visitor
from core.common.errors import UserError
from core.common.settings import settings
from core.corpora.corpus import grouped_spec
from core.corpora.example import NAME, example_table
from core.corpora.facts import CorpusFacts
from core.corpora.sources.file import ENDINGS
from core.corpora.uploads import keep_corpus

_UPLOADED = "uploaded_corpora"


def uploaded_corpora() -> dict[str, str]:
    """Label by spec of what this session uploaded; nothing where uploads are off."""
    found: dict[str, str] = st.session_state.get(_UPLOADED, {}) if settings().uploads else {}
    return found


def remember_corpus(spec: str, label: str) -> None:
    """Offer a corpus for the rest of the session."""
    st.session_state.setdefault(_UPLOADED, {})[spec] = label


def corpus_uploader(key: str) -> CorpusFacts | None:
    """Take a file; what is in it in the run in which it came, and one message if it is no parallel text."""
    allowed, turn = settings(), f"{key}_round"
    file = st.file_uploader(
        "Parallel text",
        max_upload_size=allowed.upload_mb,
        key=f"{key}_{st.session_state.get(turn, 0)}",
        help="The same sentences in each language. A table (CSV, TSV, JSONL, Parquet) with one column per language, or "
        "with a column for the language and one for the sentence; or a .zip or .tar.gz with one text file per "
        "language, one sentence per line, such as OPUS gives for Tatoeba or the Bible (its Moses format). A further "
        "column of a table may say which sentences belong together, such as the article that they are from.",
    )
    st.caption(f"{', '.join(ENDINGS)}, up to {allowed.upload_mb} MB. It is kept on this server.")
    st.download_button(
        "An example to fill in",
        example_table,
        NAME,
        "text/csv",
        icon=":material/download:",
        type="tertiary",
        on_click="ignore",
        key=f"{key}_example",
        help="A table with one column per language, named by its code, one sentence per row, and a column that says "
        "which rows are from one article; that column may be left out",
    )
    if file is None:
        return None
    try:
        with st.spinner("Reading the file …"):
            facts = keep_corpus(file.name, file.getvalue(), visitor().key)
    except UserError as error:
        show_error(error)
        return None
    remember_corpus(facts.spec, facts.label)
    st.session_state[turn] = st.session_state.get(turn, 0) + 1
    return facts


def group_box(columns: Sequence[str], usual: str, key: str) -> str:
    """Ask which column of a table groups its sentences.

    Args:
        usual: the one that does unless another is chosen; empty if none does.
    """
    return st.selectbox(
        "Sentences that belong together",
        [usual, *(name for name in columns if name != usual)],
        format_func=lambda name: f"Same value in the column {name}" if name else "None known",
        key=key,
        help="Sentences of one article are alike. Intervals and tests resample articles, or other groups, where a "
        "column says which sentences come from one; else they are too narrow.",
    )


def grouped_facts(facts: CorpusFacts) -> CorpusFacts:
    """The same corpus, its sentences grouped as the user says, where it has columns for that."""
    if not facts.columns:
        return facts
    column = group_box(facts.columns, facts.grouped_by, f"count_groups_{facts.fingerprint}")
    return facts if column == facts.grouped_by else cached_corpora.corpus_facts(grouped_spec(facts.spec, column))
