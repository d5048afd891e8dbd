"""What the charts of the premium page are called and cited as when they are taken away."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime

import pandas as pd
import plotly.graph_objects as go

from components.charts import take_away as shared
from components.premium.context import AtHand
from components.premium.provenance import permalink
from core.export.provenance import CitedTokenizer, Provenance, slug


def take_away(
    key: str,
    at_hand: AtHand,
    title: str,
    alt: str,
    numbers: Callable[[], pd.DataFrame],
    figure: Callable[[AtHand], go.Figure] | None,
) -> None:
    """The popover under a chart of this page.

    Args:
        key: of the chart.
        title: what its numbers are, as they are cited: "Token premiums".
        figure: draws it for another theme, None where there is no picture.
    """
    light = replace(at_hand, dark=False)
    drawn = None if figure is None else lambda: figure(light)
    shared.take_away(key, file_name(key, at_hand), lambda: provenance_of(at_hand, title), alt, numbers, drawn)


def provenance_of(at_hand: AtHand, title: str) -> Provenance:
    """Where the numbers of this title come from, as of now."""
    counting = at_hand.counting
    chosen = [at_hand.table.tokenizers[row] for row in at_hand.rows]
    return Provenance(
        what=f"{title} over {at_hand.base_label} per {at_hand.per}",
        corpus=at_hand.table.corpus_label,
        corpus_fingerprint=at_hand.table.corpus,
        sentences=f"{at_hand.part + ', ' if at_hand.part else ''}{at_hand.table.tokens.shape[2]:,}",
        tokenizers=tuple(CitedTokenizer(one.label, one.fingerprint) for one in chosen),
        counted=counting.date,
        versions=counting.versions,
        licence=counting.licence,
        link=permalink(at_hand),
        retrieved=datetime.now(UTC).date().isoformat(),
    )


def file_name(key: str, at_hand: AtHand) -> str:
    """The view, the text and the base: `premium-ranked-2d1e0da1-eng-latn-per-line`."""
    part = f"-{at_hand.part}" if at_hand.part else ""
    return f"premium-{slug(key)}-{at_hand.table.corpus[:8]}-{slug(at_hand.base)}-per-{at_hand.per}{part}"
