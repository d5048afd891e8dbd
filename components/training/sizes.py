"""Which sizes of vocabulary are tried; of a short text of one's own, those that it is long enough for."""

import streamlit as st

from components.training.linked import LINKED
from core.common.numbers import count

_KEY = "train_sizes"
_SIZES = (500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000)
_USUAL = (1_000, 2_000, 4_000)
_BYTES_AN_ENTRY = 30  # of text; 35 kB of English give BPE 1,744 entries, and Unigram 1,613


def ask_sizes() -> list[int]:
    """The sizes chosen, ascending; may be none."""
    chosen = LINKED.several(
        "Entries", {f"{n}": count(n) for n in _SIZES}, _KEY, _named(_USUAL),
        "Size of the vocabulary, special tokens included. Each trainer is tried with each size.",
    )  # fmt: skip
    return sorted(map(int, chosen))


def fit_sizes(n_bytes: int) -> None:
    """Where nobody chose, choose sizes for a text of so many bytes; before the chooser is drawn."""
    if st.session_state.get(_KEY, _named(_USUAL)) == _named(_USUAL) and _KEY not in st.query_params:
        st.session_state[_KEY] = _named(sizes_for(n_bytes))


def sizes_for(n_bytes: int) -> tuple[int, ...]:
    """The usual sizes, or smaller ones that a text of so many bytes gives.

    >>> sizes_for(35_000), sizes_for(70_000), sizes_for(10**6)
    ((500, 1000), (500, 1000, 2000), (1000, 2000, 4000))
    """
    fit = tuple(n for n in _SIZES if n <= min(n_bytes // _BYTES_AN_ENTRY, max(_USUAL)))
    return fit[-len(_USUAL) :] or _SIZES[:1]


def _named(sizes: tuple[int, ...]) -> list[str]:
    return [f"{n}" for n in sizes]
