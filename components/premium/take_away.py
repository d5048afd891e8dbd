"""Under a chart, a popover with its numbers and its picture to keep, and how to cite them."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pandas as pd
import plotly.graph_objects as go
import streamlit as st

from components.picture_buttons.component import picture_buttons
from components.premium.at_hand import AtHand
from components.premium.paper import paper
from components.premium.provenance import permalink
from core.atlas import atlas_provenance
from core.latex import Columns
from core.takeaway import Named, Provenance, bibtex, sentence, slug, to_csv, to_latex, to_parquet

_WIDTH = 560  # of the popover; a narrow window narrows it


def take_away(
    key: str,
    at_hand: AtHand,
    alt: str,
    numbers: Callable[[], pd.DataFrame],
    figure: Callable[[AtHand], go.Figure] | None,
) -> None:
    """The popover; what is in it is made when it is opened.

    Args:
        key: of the chart.
        alt: what the chart shows.
        numbers: makes its table.
        figure: draws it for another theme, since print is light; None where there is no picture.
    """

    def draw() -> None:
        place = st.popover(
            "Take away", icon=":material/ios_share:", type="tertiary", key=f"{key}_take_away", on_change="rerun"
        )
        if place.open:
            with place:
                _offer(key, at_hand, alt, numbers, figure)

    st.fragment(draw)()


def _offer(
    key: str,
    at_hand: AtHand,
    alt: str,
    numbers: Callable[[], pd.DataFrame],
    figure: Callable[[AtHand], go.Figure] | None,
) -> None:
    about = provenance_of(at_hand, key)
    name = file_name(key, at_hand)
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
            printed = paper(figure(replace(at_hand, dark=False)), source_line(about))
            picture_buttons(printed, name, f"{about.what}. {alt}", key=f"{key}_pictures")
    st.caption("Cite it as")
    st.code(sentence(about), language=None, wrap_lines=True)
    st.code(bibtex(about), language="latex", wrap_lines=True)


def provenance_of(at_hand: AtHand, view: str) -> Provenance:
    """Where the numbers of a view come from, as of now."""
    shipped = atlas_provenance()
    chosen = [at_hand.table.tokenizers[row] for row in at_hand.rows]
    return Provenance(
        what=f"{_WHAT.get(view, 'Token premiums')} over {at_hand.base_label} per {at_hand.per}",
        corpus=at_hand.table.corpus_label,
        corpus_fingerprint=at_hand.table.corpus,
        sentences=f"{at_hand.part + ', ' if at_hand.part else ''}{at_hand.table.tokens.shape[2]:,}",
        tokenizers=tuple(Named(one.label, one.fingerprint) for one in chosen),
        counted=shipped.date,
        versions=shipped.versions,
        licence=shipped.licence,
        link=permalink(at_hand),
        today=datetime.now(UTC).date().isoformat(),
    )


_WHAT = {
    "map": "Token premiums by country",
    "lorenz": "Lorenz curves of token premiums",
    "ratios": "Token ratios of sentences",
    "slope": "Change of token premiums",
    "groups": "Token premiums by group",
}


def source_line(about: Provenance) -> str:
    """One line under a picture."""
    return (
        f"{about.corpus}, {about.sentences} sentences (fingerprint {about.corpus_fingerprint})"
        + (f", counted {about.counted}" if about.counted else "")
        + " · Token Atlas"
    )


def file_name(key: str, at_hand: AtHand) -> str:
    """The view, the text and the base: `premium-ranked-2d1e0da1-eng-latn-per-line`."""
    part = f"-{at_hand.part}" if at_hand.part else ""
    return f"premium-{slug(key)}-{at_hand.table.corpus[:8]}-{slug(at_hand.base)}-per-{at_hand.per}{part}"


def columns_of(frame: pd.DataFrame) -> Columns:
    """A table as plain Python values, whole numbers as integers."""
    return {str(name): frame[name].tolist() for name in frame.columns}
