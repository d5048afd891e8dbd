"""The table of prices that the Calculator uses: shown, edited, loaded from a file or from litellm, and saved."""

from collections.abc import Callable
from typing import Any

import pandas as pd
import streamlit as st

from components.frame.errors import user_errors
from core.common.numbers import as_typed
from core.common.settings import settings
from core.export.csv import for_spreadsheets
from core.premium.litellm_table import fetched_prices
from core.premium.prices import COLUMNS, ModelPrice, prices_csv, prices_of, read_prices, shipped_prices

_LOADED, _VERSION, _LAST = "prices", "prices_version", "prices_last_good"  # in the session


def price_table() -> list[ModelPrice]:
    """The prices in force, with a fold to change them.

    A cell that cannot be a price is a message, and the last table that could be read stays.
    """
    with st.expander("Models and prices", icon=":material/payments:", key="price_table", on_change="rerun") as fold:
        if fold.open:
            with user_errors():
                st.session_state[_LAST] = _edited()
    return st.session_state.get(_LAST) or _loaded()


def _loaded() -> list[ModelPrice]:
    found: list[ModelPrice] | None = st.session_state.get(_LOADED)
    return shipped_prices() if found is None else found


def _edited() -> list[ModelPrice]:
    _sources()
    frame = pd.DataFrame([as_text(one) for one in _loaded()], columns=list(COLUMNS))
    edited = st.data_editor(
        frame,
        num_rows="dynamic",
        hide_index=True,
        height=300,
        key=f"prices_editor_{st.session_state.get(_VERSION, 0)}",
        column_config={
            "name": st.column_config.TextColumn("Model", pinned=True),
            "maker": st.column_config.TextColumn("Maker"),
            "tokenizer": st.column_config.TextColumn(
                "Tokenizer", help="As the address of this page has it, such as atlas:o200k."
            ),
            "input": _number("Input", "US dollars per million tokens read."),
            "output": _number("Output", "US dollars per million tokens written."),
            "cached_input": _number("Cached input", "The same of input seen before; empty if none."),
            "window": _number("Window", "Context window in tokens."),
            "date": st.column_config.TextColumn("Read on", help="The day on which the source was read."),
            "source": st.column_config.TextColumn("Source"),
        },
    )
    prices = prices_of(edited.to_dict("records"), "the table")
    st.download_button(
        "Save as CSV",
        lambda: for_spreadsheets(prices_csv(prices)),
        "prices.csv",
        "text/csv",
        icon=":material/download:",
        on_click="ignore",
        key="prices_save",
    )
    return prices


def as_text(one: ModelPrice) -> dict[str, str]:
    """A row of the editor, whose cells are texts: one for numbers drops what it does not expect, so 1e3 became 13.

    >>> price = ModelPrice(name="m", maker="", tokenizer="atlas:o200k", input=2.0, output=8.5, cached_input=None,
    ...                    window=1000, date="", source="")
    >>> as_text(price)["input"], as_text(price)["output"], as_text(price)["cached_input"], as_text(price)["window"]
    ('2', '8.5', '', '1000')
    """
    return {key: as_typed(cell) if isinstance(cell, float | int) else cell or "" for key, cell in vars(one).items()}


def _number(label: str, about: str) -> Any:
    return st.column_config.TextColumn(label, help=about, alignment="right")


def _sources() -> None:
    """Other tables to start from."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        st.button(
            "As shipped", on_click=_load, args=(shipped_prices,), icon=":material/restart_alt:", key="prices_reset"
        )
        if settings().hub:
            st.button(
                "Fetch litellm's table",
                icon=":material/cloud_download:",
                key="prices_litellm",
                help="The public table of prices of the project litellm, as it is now; models whose tokenizer is here.",
                on_click=_load,
                args=(fetched_prices,),
            )
    if settings().uploads:
        file = st.file_uploader(
            "A table of prices",
            type=["csv", "json"],
            key=f"prices_file_{st.session_state.get(_VERSION, 0)}",
            help="CSV as saved here, or litellm's model_prices_and_context_window.json.",
        )
        if file is not None:
            found = read_prices(file.getvalue(), file.name)
            _take(found)
            st.rerun()


def _load(read: Callable[[], list[ModelPrice]]) -> None:
    """Put another table in place of this one; one that cannot be read is a message."""
    with user_errors():
        _take(read())


def _take(prices: list[ModelPrice]) -> None:
    """From here on the editor starts from these."""
    st.session_state[_LOADED] = prices
    st.session_state.pop(_LAST, None)
    st.session_state[_VERSION] = st.session_state.get(_VERSION, 0) + 1
