"""While whole vocabularies are looked through: for how long already, and of large ones how far it is."""

from collections.abc import Iterator
from contextlib import contextmanager

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from components.frame.errors import plain
from core.common.numbers import count
from core.common.progress import listening


@contextmanager
def looking(words: str) -> Iterator[None]:
    """A block under a spinner with these words; a bar says how far it is where that takes more than one part.

    A change of the page ends it between two parts, since drawing the bar asks whether this run is still wanted.
    """
    bars = list[DeltaGenerator]()

    def told(done: int, total: int, stage: str) -> None:
        if not bars and done < total:
            bars.append(st.empty())
        for bar in bars:
            bar.progress(min(1.0, done / total), plain(f"{stage} · {count(done)} of {count(total)}"))

    try:
        with st.spinner(words, show_time=True), listening(told):
            yield
    finally:
        for bar in bars:
            bar.empty()
