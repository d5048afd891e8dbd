"""What cutting cannot reach: morphemes that are written otherwise than they stand; and what knowing them costs."""

from collections.abc import Mapping

import pandas as pd
import streamlit as st

from core.common.numbers import count
from core.probes.morphemes.hybrid import HybridTrips
from core.probes.morphology import Morphology, MorphologyScores


def ceiling(found: Morphology, rows: Mapping[str, MorphologyScores]) -> None:
    """How many morphemes are tokens, beside the most that cutting can reach."""
    most = next(iter(rows.values())).matches.ceiling or 0.0
    st.markdown(
        f"**The most that cutting reaches: {most:.0%} of the morphemes.** Of {count(found.n_words)} words "
        f"{count(found.n_words - found.n_on_surface)} have one that is written otherwise than it stands there, as "
        "*gastro* in *gastritis*."
    )
    percent = st.column_config.NumberColumn(format="percent")
    table = [
        {
            "Tokenizer": name,
            "Morphemes that are tokens": one.matches.recall,
            "F1 of morphemes": one.matches.f1,
            "Tokens": one.matches.n_tokens,
            "Morphemes": one.matches.n_morphemes,
        }
        for name, one in rows.items()
    ]
    st.dataframe(
        pd.DataFrame(table), hide_index=True, placeholder="–", key="morphology_ceiling",
        column_config={"Morphemes that are tokens": percent, "F1 of morphemes": percent},
    )  # fmt: skip


def hybrid(trips: HybridTrips, in_capitals: HybridTrips) -> None:
    """What a tokenizer that knows morphemes does not say back."""
    st.markdown(
        f"**A tokenizer that knows morphemes**, in small: it does not say back {count(len(trips.failed))} of these "
        f"{count(trips.n)} words, and in capitals {count(len(in_capitals.failed))}."
    )
    st.caption(
        "It takes the longest of 30 roots, else of 20 endings, else a letter. Endings that mean the same share an id "
        "(lar and ler are PLURAL), so decoding has to choose their form by the vowel before; a capital begins anew. "
        "Ids are shared where the text is not: what is cut by meaning is ambiguous to say back."
    )
    failed = [*trips.failed, *in_capitals.failed]
    if failed:
        rows = [{"Word": word, "Tokens": " · ".join(tokens), "What comes back": back} for word, tokens, back in failed]
        st.dataframe(
            pd.DataFrame(rows).map(_in_short), hide_index=True, placeholder="–", key="morphology_hybrid", height=210
        )


def _in_short(cell: str) -> str:
    """A cell of words of the user's own, cut where it is long."""
    return cell if len(cell) <= 120 else f"{cell[:120]}…"
