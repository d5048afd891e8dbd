"""Under a chart, a popover with its numbers and its picture to keep, and how to cite them."""

from collections.abc import Callable, Sequence
from functools import partial

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components.charts.paper import WIDTHS, PrintWidth, paper
from components.frame.asking import fragment
from components.widgets.picture_buttons.component import Picture, picture_buttons
from core.export.bundle import Ending, KeptTable, bundle
from core.export.latex import Columns
from core.export.provenance import Provenance, citation, to_csv, to_latex, to_parquet
from core.export.references import PAPERS_FILE, bibliography, papers

_FORMS: dict[Ending, tuple[str, str]] = {
    "csv": ("CSV", "a spreadsheet"),
    "parquet": ("Parquet", "pandas, Polars or DuckDB"),
}
Tables = Callable[[], Sequence[KeptTable]] | None


def take_away(
    key: str,
    name: str,
    about: Callable[[], Provenance],
    alt: str,
    numbers: Callable[[], pd.DataFrame],
    figure: Callable[[PrintWidth], go.Figure] | None,
    tables: Tables = None,
) -> None:
    """The popover; what is in it is made when it is opened.

    Args:
        key: of the chart.
        name: of its files, without ending.
        about: where its numbers come from.
        alt: what the chart shows.
        numbers: makes its table.
        figure: draws it in light, as print is, for a width; None where there is no picture.
        tables: what a download of numbers holds, in a zip that says what they are; None gives the one table alone.
    """

    def draw() -> None:
        place = st.popover(
            "Take away", icon=":material/ios_share:", type="tertiary", key=f"{key}_take_away", on_change="rerun"
        )
        if place.open:
            with place:
                _offer(key, name, about(), alt, numbers, figure, tables)

    fragment(draw)()


def _offer(
    key: str,
    name: str,
    about: Provenance,
    alt: str,
    numbers: Callable[[], pd.DataFrame],
    figure: Callable[[PrintWidth], go.Figure] | None,
    tables: Tables,
) -> None:
    with st.container(horizontal=True, vertical_alignment="center", gap="small"):
        if tables:
            _zipped(key, name, about, tables)
        else:
            _plain_tables(key, name, about, numbers)
        st.download_button(
            "LaTeX",
            lambda: to_latex(columns_of(numbers()), about).encode(),
            f"{name}.tex",
            "application/x-tex",
            on_click="ignore",
            key=f"{key}_tex",
            help="A booktabs table that fits one column or two, with a note",
        )
        st.download_button(
            "BibTeX",
            lambda: bibliography(about).encode(),
            f"{name}.bib",
            "application/x-bibtex",
            on_click="ignore",
            key=f"{key}_bib",
            help="The entry of this view",
        )
        if about.references:
            st.download_button(
                "Papers",
                lambda: papers().encode(),
                PAPERS_FILE,
                "application/x-bibtex",
                on_click="ignore",
                key=f"{key}_papers",
                help="BibTeX of the papers of texts, measures and tokenizers: one file for all views of a paper",
            )
    if figure is not None:
        source = source_line(about)
        pictures = [Picture(w.label, w.centimetres, paper(figure(w), source, w)) for w in WIDTHS]
        picture_buttons(pictures, name, f"{about.what}. {alt}", key=f"{key}_pictures")
    st.caption("Cite it as")
    st.code(citation(about), language=None, wrap_lines=True)


def _zipped(key: str, name: str, about: Provenance, tables: Callable[[], Sequence[KeptTable]]) -> None:
    what = "A zip with the numbers, a README that says what each column is, and references"
    for ending in _FORMS:
        make = partial(_bundled, tables, about, ending)
        _button(key, ending, f"{name}-{ending}.zip", "application/zip", make, what)


def _bundled(tables: Callable[[], Sequence[KeptTable]], about: Provenance, ending: Ending) -> bytes:
    return bundle(tables(), about, ending)


def _plain_tables(key: str, name: str, about: Provenance, numbers: Callable[[], pd.DataFrame]) -> None:
    csv, parquet = (lambda: to_csv(columns_of(numbers()), about)), (lambda: to_parquet(columns_of(numbers()), about))
    _button(key, "csv", f"{name}.csv", "text/csv", csv, "Numbers in full")
    _button(key, "parquet", f"{name}.parquet", "application/vnd.apache.parquet", parquet, "Numbers with their types")


def _button(key: str, ending: Ending, file: str, mime: str, make: Callable[[], bytes | str], what: str) -> None:
    label, use = _FORMS[ending]
    st.download_button(label, make, file, mime, on_click="ignore", key=f"{key}_{ending}", help=f"{what}, for {use}")


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
