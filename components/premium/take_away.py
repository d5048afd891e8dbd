"""What the charts of the premium page are called and cited as when they are taken away."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime

import pandas as pd
import plotly.graph_objects as go

from components.charts import take_away as shared
from components.charts.paper import PrintWidth
from components.charts.take_away import columns_of
from components.premium.column_meanings import meanings
from components.premium.context import PremiumContext
from components.premium.provenance import permalink
from core.export.bundle import KeptTable
from core.export.provenance import CitedTokenizer, Provenance, slug
from core.export.references import FLORES, PREMIUM, papers_of
from core.premium.cell_rows import CELL_COLUMNS, cell_rows

_WITHOUT_BASE = ("Entropy", "Measures")  # titles of numbers that no base language and no unit changes


def take_away(
    key: str,
    context: PremiumContext,
    title: str,
    alt: str,
    numbers: Callable[[], pd.DataFrame],
    figure: Callable[[PremiumContext, PrintWidth], go.Figure] | None,
    cells: Sequence[tuple[int, int]] = (),
) -> None:
    """The popover under a chart of this page.

    Args:
        key: of the chart.
        title: what its numbers are, as they are cited: "Token premiums".
        figure: draws it for another theme and a width, None where there is no picture.
        cells: that it shows, as (tokenizer, language); none means all of the page.
    """
    light = replace(context, dark=False)
    drawn = None if figure is None else lambda width: figure(light, width)
    shared.take_away(
        key,
        file_name(key, context),
        lambda: provenance_of(context, title),
        alt,
        numbers,
        drawn,
        lambda: kept_tables(key, context, numbers(), cells),
    )


def kept_tables(
    key: str, context: PremiumContext, numbers: pd.DataFrame, cells: Sequence[tuple[int, int]] = ()
) -> list[KeptTable]:
    """The cells that a view is drawn from, and its own table."""
    shown = list(dict.fromkeys(cells)) or [(row, column) for row in context.rows for column in context.columns]
    found = KeptTable(
        "cells",
        "A row per language and tokenizer: the premiums that the view is drawn from.",
        cell_rows(context.table, context.found, shown),
        CELL_COLUMNS,
    )
    columns = columns_of(numbers)
    own = KeptTable("view", "The numbers as the view shows them.", columns, meanings(key, list(columns), context))
    return [found, own]


def provenance_of(context: PremiumContext, title: str) -> Provenance:
    """Where the numbers of this title come from, as of now."""
    counting = context.counting
    chosen = [context.table.tokenizers[row] for row in context.rows]
    return Provenance(
        what=title if title.startswith(_WITHOUT_BASE) else f"{title} over {context.base_label} per {context.per}",
        corpus=context.table.corpus_label,
        corpus_fingerprint=context.table.corpus,
        sentences=f"{context.part + ', ' if context.part else ''}{context.table.tokens.shape[2]:,}",
        tokenizers=tuple(CitedTokenizer(one.label, one.fingerprint) for one in chosen),
        counted=counting.date,
        versions=counting.versions,
        licence=counting.licence,
        link=permalink(context),
        retrieved=datetime.now(UTC).date().isoformat(),
        references=_references(context),
    )


def _references(context: PremiumContext) -> tuple[str, ...]:
    """The papers of the text, the measure and the tokenizers chosen."""
    text = (FLORES,) if not context.corpus or context.corpus.startswith("flores") else ()
    return (*text, PREMIUM, *papers_of(context.keys[row] for row in context.rows))


def file_name(key: str, context: PremiumContext) -> str:
    """The view, the text and the base: `premium-ranked-2d1e0da1-eng-latn-per-line`."""
    part = f"-{context.part}" if context.part else ""
    return f"premium-{slug(key)}-{context.table.corpus[:8]}-{slug(context.base)}-per-{context.per}{part}"
