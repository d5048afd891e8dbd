"""A button that saves a table as CSV, made when it is pressed."""

from collections.abc import Callable

import pandas as pd
import streamlit as st

from core.export.csv import csv_table, for_spreadsheets


def save_table(make: Callable[[], pd.DataFrame], file: str, *, label: str = "Save as CSV") -> None:
    """Draw the button.

    Args:
        make: the table; its index is left out.
        file: name of the file, without ending, and key of the button.
        label: on the button.
    """

    def made() -> bytes:
        table = make()
        return for_spreadsheets(csv_table(list(table), table.itertuples(index=False)))

    st.download_button(
        label, made, f"{file}.csv", "text/csv", icon=":material/download:", on_click="ignore", key=f"{file}_save"
    )
