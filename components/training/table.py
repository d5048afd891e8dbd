"""A text from a column of a table, which a process of its own reads, and then one of the visitor's own texts."""

import streamlit as st

from components.frame.errors import plain, show_error
from components.frame.visitor import visitor
from core.common.errors import UserError
from core.common.numbers import so_many
from core.common.settings import settings
from core.corpora.column_text import ENDINGS, ColumnText
from core.corpora.text_uploads import keep_column

_TURN, _TOLD = "train_table_turn", "train_table_told"


def table_text() -> str:
    """Spec of the text that came of the form in this run, else empty; how much came, or why none did."""
    allowed, turn = settings(), st.session_state.get(_TURN, 0)
    if not allowed.uploads:
        return ""
    with st.form("train_table", border=False):
        file = st.file_uploader(
            "Or a table", [ending.removeprefix(".") for ending in ENDINGS], max_upload_size=allowed.upload_mb,
            key=f"train_table_{turn}",
            help="CSV, TSV, JSON lines or Parquet, with names of columns; each cell of one column is a line of text.",
        )  # fmt: skip
        column = st.text_input("Column", key=f"train_table_column_{turn}", placeholder="its usual one for text")
        pressed = st.form_submit_button("Read it", icon=":material/table_view:", key="train_table_read")
    if said := st.session_state.get(_TOLD):
        st.caption(plain(said))
    if not pressed:
        return ""
    try:
        if file is None:
            raise UserError("There is no table yet. Choose a file first.")
        with st.spinner("Reading the table …"):
            spec, found = keep_column(file.name, file.getvalue(), column.strip(), visitor().key)
    except UserError as error:
        show_error(error)
        return ""
    st.session_state[_TURN], st.session_state[_TOLD] = turn + 1, _told(file.name, found)
    return spec


def _told(name: str, found: ColumnText) -> str:
    """
    >>> _told("a.csv", ColumnText("Body", "One.\\n", 1, 2))
    'a.csv, column Body: 1 cell with text; 2 rows have none.'
    """
    left_out = f"; {so_many(found.n_empty, 'row has', 'rows have')} none" if found.n_empty else ""
    return f"{name}, column {found.column}: {so_many(found.n_cells, 'cell', 'cells')} with text{left_out}."
