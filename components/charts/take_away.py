"""Under a chart, a popover with its numbers and its picture to keep, and how to cite them."""

from collections.abc import Callable

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components.charts.paper import paper
from components.frame.asking import fragment
from components.widgets.picture_buttons.component import picture_buttons
from core.export.latex import Columns
from core.export.provenance import Provenance, bibtex, citation, to_csv, to_latex, to_parquet


def take_away(
    key: str,
    name: str,
    about: Callable[[], Provenance],
    alt: str,
    numbers: Callable[[], pd.DataFrame],
    figure: Callable[[], go.Figure] | None,
) -> None:
    """The popover; what is in it is made when it is opened.

    Args:
        key: of the chart.
        name: of its files, without ending.
        about: where its numbers come from.
        alt: what the chart shows.
        numbers: makes its table.
        figure: draws it in light, as print is; None where there is no picture.
    """

    def draw() -> None:
        place = st.popover(
            "Take away", icon=":material/ios_share:", type="tertiary", key=f"{key}_take_away", on_change="rerun"
        )
        if place.open:
            with place:
                _offer(key, name, about(), alt, numbers, figure)

    fragment(draw)()


def _offer(
    key: str,
    name: str,
    about: Provenance,
    alt: str,
    numbers: Callable[[], pd.DataFrame],
    figure: Callable[[], go.Figure] | None,
) -> None:
    kinds = {
        "CSV": ("csv", "text/csv", lambda: to_csv(columns_of(numbers()), about), "Numbers in full, for a spreadsheet"),
        "Parquet": (
            "parquet",
            "application/vnd.apache.parquet",
            lambda: to_parquet(columns_of(numbers()), about),
            "Numbers with their types, for pandas, Polars or DuckDB",
        ),
        "LaTeX": (
            "tex",
            "application/x-tex",
            lambda: to_latex(columns_of(numbers()), about).encode(),
            "A booktabs table with its caption",
        ),
    }
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        for label, (ending, mime, make, help_text) in kinds.items():
            st.download_button(
                label,
                make,
                f"{name}.{ending}",
                mime,
                on_click="ignore",
                key=f"{key}_{ending}",
                help=help_text,
            )
        if figure is not None:
            printed = paper(figure(), source_line(about))
            picture_buttons(printed, name, f"{about.what}. {alt}", key=f"{key}_pictures")
    st.caption("Cite it as")
    st.code(citation(about), language=None, wrap_lines=True)
    st.code(bibtex(about), language="latex", wrap_lines=True)


def source_line(about: Provenance) -> str:
    """One line under a picture."""
    return (
        f"{about.corpus}, {about.sentences} {about.unit} (fingerprint {about.corpus_fingerprint})"
        + (f", {about.counted_verb.lower()} {about.counted}" if about.counted else "")
        + " · Token Atlas"
    )


def columns_of(frame: pd.DataFrame) -> Columns:
    """A table as plain Python values, whole numbers as integers."""
    return {str(name): frame[name].tolist() for name in frame.columns}
